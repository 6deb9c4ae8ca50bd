"""The data source: one read, and a postcondition on its status."""

from __future__ import annotations

import pytest

from ice_provider.decoding import check, decode
from ice_provider.errors import Denied, GateShut, Interrupted, NotKnown, Rejected, Throttled
from ice_provider.functions import FUNCTIONS
from ice_provider.functions.get_workflow_task import Arguments, GetWorkflowTask
from support.cloud import ScriptedCloud, task
from support.operation import Lines, operation

ANY = Arguments(task_id="t-1")
SUCCEED_ONLY = Arguments(task_id="t-1", expected_statuses=("Succeed",))


@pytest.mark.parametrize("status", ["Init", "Processing", "Succeed", "Failed", "Canceled", "Queued"])
@pytest.mark.parametrize("preview", [False, True])
async def test_a_task_is_read_once_whatever_its_status(status: str, preview: bool) -> None:
    cloud = ScriptedCloud(task(status))

    seen = await GetWorkflowTask().call(ANY, operation(cloud, "read", preview=preview))

    assert (seen, cloud.calls["t-1"]) == (task(status), 1)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ("Processing", "workflow task t-1 is Processing; expected Succeed"),
        ("Queued", "workflow task t-1 is Queued; expected Succeed"),
        ("Failed", "workflow task t-1 failed: the service gave no reason; expected Succeed"),
        ("Canceled", "workflow task t-1 was canceled: the service gave no reason; expected Succeed"),
    ],
)
async def test_a_status_that_is_not_expected_fails_with_the_reason(status: str, message: str) -> None:
    with pytest.raises(GateShut) as caught:
        await GetWorkflowTask().call(SUCCEED_ONLY, operation(ScriptedCloud(task(status)), "read"))

    assert caught.value.headline == message


@pytest.mark.parametrize("status", ["Init", "Processing"])
async def test_in_a_preview_a_pending_status_that_is_not_expected_is_a_warning_and_the_true_value(status: str) -> None:
    act = operation(ScriptedCloud(task(status)), "read", preview=True)

    seen = await GetWorkflowTask().call(SUCCEED_ONLY, act)

    assert isinstance(act.reporter, Lines)
    assert seen.status == status
    assert act.reporter.warned == [
        f"workflow task t-1 is {status}; expected Succeed: `pulumi up` would fail if that is still so"
    ]


@pytest.mark.parametrize("status", ["Failed", "Canceled", "Queued"])
async def test_in_a_preview_an_ended_or_unknown_status_that_is_not_expected_fails(status: str) -> None:
    with pytest.raises(GateShut):
        await GetWorkflowTask().call(SUCCEED_ONLY, operation(ScriptedCloud(task(status)), "read", preview=True))


@pytest.mark.parametrize(
    ("expected", "status", "accepted"),
    [
        (("Failed", "Succeed"), "Failed", True),
        (("Queued",), "Queued", True),
        (("succeed",), "Succeed", False),
        ((), "Succeed", False),
    ],
)
async def test_exactly_the_expected_words_are_accepted(expected: tuple[str, ...], status: str, accepted: bool) -> None:
    act = operation(ScriptedCloud(task(status)), "read")
    call = GetWorkflowTask().call(Arguments(task_id="t-1", expected_statuses=expected), act)

    if accepted:
        assert (await call).status == status
    else:
        with pytest.raises(GateShut):
            await call


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(
    "trouble", [NotKnown("n"), Denied("d"), Rejected("r"), Throttled("t")], ids=lambda error: type(error).__name__
)
async def test_a_task_that_cannot_be_read_is_an_error_in_a_preview_too(trouble: Exception, preview: bool) -> None:
    act = operation(ScriptedCloud(trouble), "read", preview=preview)
    began = act.session.clock.now()

    with pytest.raises(type(trouble)):
        await GetWorkflowTask().call(ANY, act)

    assert act.session.clock.now() - began == pytest.approx(30.0 if isinstance(trouble, Throttled) else 0.0)


async def test_a_stop_ends_the_read() -> None:
    act = operation(ScriptedCloud(task()), "read")
    act.session.stop()

    with pytest.raises(Interrupted, match="stopped reading workflow task t-1"):
        await GetWorkflowTask().call(ANY, act)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"taskId": "t-1"}, ""),
        ({"taskId": "t-1", "expectedStatuses": ["Succeed"]}, ""),
        ({"taskId": "t-1", "expectedStatuses": ["Succeed", "Queued", "succeeded"]}, ""),
        (
            {"taskId": "t-1", "expectedStatuses": ["Init", "succeed", "Queued", "FAILED"]},
            (
                "expectedStatuses: must have the service's own upper and lower case: "
                '"Succeed", not "succeed"; "Failed", not "FAILED"'
            ),
        ),
        ({}, "taskId: is missing: the ID of the workflow task to read"),
        (
            {"expectedStatuses": "4215e042b3966ca5441e"},
            (
                "taskId: is missing: the ID of the workflow task to read; "
                "expectedStatuses: must be a list, not a string; "
                "expectedStatuses: holds what looks like a task ID; name it: get_workflow_task(task_id=…)"
            ),
        ),
        (
            {"taskId": "a b"},
            (
                "taskId: must not hold spaces, line breaks or control characters: "
                "give the TaskId that StartWorkflow returned"
            ),
        ),
        ({"task_id": "t-1", "taskId": "t-1"}, 'task_id: there is no such property; did you mean "taskId"?'),
    ],
)
def test_a_mistake_in_the_arguments_is_named_also_an_id_given_by_position(given: dict[str, object], told: str) -> None:
    assert "; ".join(map(str, check(Arguments, given))) == told


def test_the_function_stands_in_the_table_under_its_token() -> None:
    function = FUNCTIONS["ice:index:getWorkflowTask"]

    assert function.inputs is Arguments
    assert decode(Arguments, {"taskId": "t-1", "expectedStatuses": ["Succeed"]}) == SUCCEED_ONLY
