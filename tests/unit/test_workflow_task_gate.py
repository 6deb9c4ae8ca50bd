"""The gate: preview, create, update, adopt, drift."""

from __future__ import annotations

from typing import Any

import pytest

from ice_provider.decoding import UNKNOWN, check
from ice_provider.errors import (
    BrokenAnswer,
    DeadlineExceeded,
    Denied,
    GateShut,
    Interrupted,
    InvalidInput,
    NotKnown,
    NotSignedIn,
    Rejected,
    Throttled,
    Unreachable,
)
from ice_provider.model import GatedTask
from ice_provider.observation import gated
from ice_provider.resources import RESOURCES
from ice_provider.resources.workflow_task_gate import Inputs, WorkflowTaskGate
from ice_provider.session import Operation, Session
from support.clock import JumpingClock
from support.cloud import ScriptedCloud, task
from support.operation import Lines, operation, session

GATE = WorkflowTaskGate()
INPUTS = Inputs(task_id="t-1")
RECORDED = gated(task(request_id="REQUEST-OLD"), "cn-shanghai")
NOTHING = frozenset[str]()


def lines(act: Operation) -> Lines:
    assert isinstance(act.reporter, Lines)
    return act.reporter


# --- what the user wrote ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, []),
        ({"successStatuses": ["Succeed", "Failed"]}, []),
        ({"failureStatuses": ["Failed"], "pendingStatuses": ["Init", "Processing", "Canceled"]}, []),
        ({"successStatuses": ["Succeed", "Succeed"]}, []),
        (
            {"successStatuses": ["Failed"], "failureStatuses": ["Failed"]},
            ['failureStatuses: names "Failed", and so does successStatuses: leave it in one of them'],
        ),
        (
            {"successStatuses": ["A", "B"], "failureStatuses": ["A"], "pendingStatuses": ["A", "B"]},
            [
                'failureStatuses: names "A", and so does successStatuses: leave it in one of them',
                'pendingStatuses: names "A", and so does failureStatuses: leave it in one of them',
                'pendingStatuses: names "B", and so does successStatuses: leave it in one of them',
            ],
        ),
        ({"successStatuses": []}, ['successStatuses: no status would open this gate: name one, such as "Succeed"']),
        (
            {"pendingStatuses": ["Succeed"]},
            [
                (
                    'pendingStatuses: names "Succeed", which alone would open this gate: '
                    "name another status in successStatuses"
                )
            ],
        ),
        ({"successStatuses": ["A"], "failureStatuses": UNKNOWN}, []),
        ({"successStatuses": ["A", UNKNOWN], "failureStatuses": ["A"]}, []),
        ({"condition": "results.a.b == `1`"}, []),
        ({"condition": "statu == 'x'"}, ['condition: asks for "statu", which is no output; did you mean "status"?']),
        ({"waitTimeout": "45"}, ['waitTimeout: must be a duration above zero such as "45m", "1h30m" or "90s"']),
        ({"triggers": {"a": 1.0, "b": ["x"], "c": None}}, []),
        ({"triggers": "a"}, ["triggers: must be a map, not a string"]),
        ({"taskId": None}, ["taskId: is missing: the ID of the workflow task to wait for"]),
        ({"taskid": "x"}, ['taskid: there is no such property; did you mean "taskId"?']),
    ],
)
def test_every_mistake_is_found_before_anything_is_called(given: dict[str, Any], told: list[str]) -> None:
    assert [str(problem) for problem in check(Inputs, {"taskId": "t-1", **given})] == told


# --- preview ----------------------------------------------------------------------------------------------------------


async def test_the_preview_of_a_task_that_ended_well_knows_the_outputs() -> None:
    cloud = ScriptedCloud(task())

    assert await GATE.preview(INPUTS, operation(cloud, preview=True)) == gated(task(), "cn-shanghai")
    assert cloud.calls["t-1"] == 1


@pytest.mark.parametrize(
    ("wait_timeout", "custom", "limit"), [(None, 0.0, "30m"), ("45m", 0.0, "45m"), ("45m", 7200.0, "2h")]
)
async def test_the_preview_of_a_running_task_says_that_up_would_wait_and_how_long(
    wait_timeout: str | None, custom: float, limit: str
) -> None:
    act = operation(ScriptedCloud(task("Processing")), preview=True, timeout=custom)

    assert await GATE.preview(Inputs(task_id="t-1", wait_timeout=wait_timeout), act) is None
    assert lines(act).warned == []
    (line,) = lines(act).progressed
    assert line == f"task t-1 is Processing: `pulumi up` would wait for it, at most {limit}"


@pytest.mark.parametrize("status", ["Failed", "Canceled", "Queued"])
async def test_the_preview_of_a_task_that_ended_badly_fails_with_the_reason(status: str) -> None:
    with pytest.raises(GateShut):
        await GATE.preview(INPUTS, operation(ScriptedCloud(task(status)), preview=True))


async def test_the_preview_of_a_task_that_misses_the_condition_fails() -> None:
    inputs = Inputs(task_id="t-1", condition="durationSeconds < `1`")
    ended = task(finish_time="2023-01-04T02:06:19Z")

    with pytest.raises(GateShut, match="does not meet the condition"):
        await GATE.preview(inputs, operation(ScriptedCloud(ended), preview=True))


@pytest.mark.parametrize(
    ("step", "told", "seconds"),
    [
        (NotKnown("workflow task t-1 is not known"), "workflow task t-1 is not known", 0),
        (Denied("not allowed"), "not allowed", 0),
        (Rejected("refused"), "refused", 0),
        (NotSignedIn("no credentials"), "no credentials", 0),
        (Unreachable("down"), "could not read workflow task t-1 within 5s: down", 5),
        (Throttled("slow"), "could not read workflow task t-1 within 5s: slow", 5),
        (BrokenAnswer("html"), "could not read workflow task t-1 within 5s: html", 5),
        (None, "could not read workflow task t-1 within 5s: no answer in time", 5),
    ],
    ids=lambda part: type(part).__name__,
)
async def test_what_only_up_may_find_mended_is_a_warning_in_a_preview_and_unknown_outputs(
    step: Any, told: str, seconds: float
) -> None:
    act = operation(ScriptedCloud(step), preview=True)
    began = act.session.clock.now()

    assert await GATE.preview(INPUTS, act) is None

    (line,) = lines(act).warned
    assert line.startswith(f"{told}\n    so this preview cannot tell whether the gate would open")
    assert act.session.clock.now() - began == pytest.approx(seconds)


async def test_the_warning_of_a_preview_keeps_the_advice_of_the_error() -> None:
    act = operation(ScriptedCloud(NotKnown("not known", [("next", "check the ID")])), preview=True)

    await GATE.preview(INPUTS, act)

    assert lines(act).warned[0].splitlines()[2:] == ["    next       check the ID"]


async def test_a_preview_without_credentials_is_a_warning_and_a_create_an_error() -> None:
    async def connect(*_: object) -> Any:
        raise NotSignedIn("no credentials")

    configured = Session(session(ScriptedCloud()).config, {}, connect, JumpingClock())
    act = Operation(configured, Lines(), "create", preview=True)

    assert await GATE.preview(INPUTS, act) is None
    assert lines(act).warned == ["no credentials\n    so this preview cannot tell whether the gate would open"]
    with pytest.raises(NotSignedIn):
        await GATE.create(INPUTS, act)


async def test_a_preview_that_is_stopped_says_so() -> None:
    act = operation(ScriptedCloud(task()), preview=True)
    act.session.stop()

    with pytest.raises(Interrupted):
        await GATE.preview(INPUTS, act)


# --- create -----------------------------------------------------------------------------------------------------------


async def test_a_create_waits_and_records_the_task_with_its_region() -> None:
    act = operation(ScriptedCloud(task("Init"), task("Processing"), task()))

    assert await GATE.create(INPUTS, act) == gated(task(), "cn-shanghai")


@pytest.mark.parametrize(
    ("wait_timeout", "custom", "seconds"),
    [(None, 0.0, 1800), ("1m30s", 0.0, 90), ("1m30s", 60.0, 60), (None, 7200.0, 7200)],
)
async def test_custom_timeouts_win_over_the_gates_limit_and_that_over_the_providers(
    wait_timeout: str | None, custom: float, seconds: float
) -> None:
    act = operation(ScriptedCloud(task("Processing")), timeout=custom)
    began = act.session.clock.now()

    with pytest.raises(DeadlineExceeded):
        await GATE.create(Inputs(task_id="t-1", wait_timeout=wait_timeout), act)

    assert act.session.clock.now() - began == pytest.approx(seconds)


async def test_a_task_that_ends_well_but_misses_the_condition_shuts_the_gate() -> None:
    inputs = Inputs(task_id="t-1", condition="results.Review.Score >= `80`")
    ended = task(activity_results='{"Review": {"Score": 70}}')

    with pytest.raises(GateShut, match="does not meet the condition"):
        await GATE.create(inputs, operation(ScriptedCloud(task("Processing"), ended)))


# --- update -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("changed", [NOTHING, {"waitTimeout"}], ids=str)
async def test_a_change_of_the_limit_or_of_nothing_waits_for_nothing(changed: set[str], preview: bool) -> None:
    cloud = ScriptedCloud()

    assert (
        await GATE.update(INPUTS, RECORDED, frozenset(changed), operation(cloud, "update", preview=preview)) is RECORDED
    )
    assert not cloud.calls


@pytest.mark.parametrize("changed", [{"taskId"}, {"triggers"}, {"region"}, {"triggers", "condition"}], ids=str)
async def test_a_change_of_task_trigger_or_region_reads_the_task_again(changed: set[str]) -> None:
    cloud = ScriptedCloud(task("Processing"), task(request_id="REQUEST-NEW"))

    updated = await GATE.update(INPUTS, RECORDED, frozenset(changed), operation(cloud, "update"))

    assert (updated and updated.request_id, cloud.calls["t-1"]) == ("REQUEST-NEW", 2)


async def test_the_preview_of_such_a_change_reads_once_and_never_waits() -> None:
    cloud = ScriptedCloud(task("Processing"))
    act = operation(cloud, "update", preview=True)

    assert await GATE.update(INPUTS, RECORDED, frozenset({"taskId"}), act) is None
    assert cloud.calls["t-1"] == 1


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(
    ("inputs", "opens"),
    [
        (Inputs(task_id="t-1", success_statuses=("Succeed", "Failed")), True),
        (Inputs(task_id="t-1", condition="requestId == 'REQUEST-OLD'"), True),
        (Inputs(task_id="t-1", condition="requestId == 'REQUEST-1'"), False),
        (Inputs(task_id="t-1", condition="results.Review"), False),
        (Inputs(task_id="t-1", success_statuses=("Failed",), failure_statuses=("Succeed",)), False),
        (Inputs(task_id="t-1", success_statuses=("Failed",)), False),
        (Inputs(task_id="t-1", success_statuses=("Failed",), pending_statuses=("Succeed",)), False),
    ],
)
async def test_a_change_of_lists_or_condition_judges_the_recorded_task_without_a_call(
    inputs: Inputs, opens: bool, preview: bool
) -> None:
    cloud = ScriptedCloud()
    act = operation(cloud, "update", preview=preview)
    update = GATE.update(inputs, RECORDED, frozenset({"successStatuses", "condition"}), act)

    if opens:
        assert await update is RECORDED
    else:
        with pytest.raises(GateShut):
            await update
    assert not cloud.calls


async def test_a_task_that_was_recorded_while_it_ran_is_awaited_when_its_status_no_longer_opens_the_gate() -> None:
    recorded = gated(task("Processing"), "cn-shanghai")
    act = operation(ScriptedCloud(task("Processing"), task("Succeed")), "update")

    updated = await GATE.update(Inputs(task_id="t-1"), recorded, frozenset({"successStatuses"}), act)

    assert updated is not None
    assert updated.succeeded


async def test_a_task_that_was_recorded_while_it_ran_is_read_again_for_a_new_condition() -> None:
    recorded = gated(task("Processing"), "cn-shanghai")
    inputs = Inputs(task_id="t-1", success_statuses=("Succeed", "Processing"), condition="results.Score > `80`")
    act = operation(ScriptedCloud(task("Succeed", activity_results='{"Score": 90}')), "update")

    updated = await GATE.update(inputs, recorded, frozenset({"condition"}), act)

    assert updated is not None
    assert updated.results == {"Score": 90}


async def test_to_wait_on_the_status_of_an_ended_task_is_refused_with_the_remedy() -> None:
    inputs = Inputs(task_id="t-1", success_statuses=("Failed",), pending_statuses=("Succeed",))

    with pytest.raises(GateShut) as caught:
        await GATE.update(inputs, RECORDED, frozenset({"pendingStatuses"}), operation(ScriptedCloud(), "update"))

    assert caught.value.headline == (
        "workflow task t-1 has ended as Succeed, which is a status to wait on: it will not change"
    )
    advice = 'take "Succeed" out of pendingStatuses, or give the gate another task'
    assert dict(caught.value.hints)["next"] == advice


@pytest.mark.parametrize("step", [task("Failed"), task("Queued"), Denied("no")], ids=str)
async def test_an_update_that_fails_raises_so_that_the_old_state_stays(step: Any) -> None:
    with pytest.raises((GateShut, Denied)):
        await GATE.update(INPUTS, RECORDED, frozenset({"taskId"}), operation(ScriptedCloud(step), "update"))


# --- import and .get() ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "identity"), [({}, "t-1"), ({"taskId": "t-1"}, "made-up-id"), ({"taskId": None}, "t-1")]
)
async def test_a_task_that_ended_well_is_adopted(given: dict[str, Any], identity: str) -> None:
    cloud = ScriptedCloud(task())

    adopted = await GATE.adopt(given, identity, operation(cloud, "read"))

    assert (adopted, cloud.calls["t-1"]) == ((INPUTS, gated(task(), "cn-shanghai")), 1)


@pytest.mark.parametrize(
    ("step", "error", "told"),
    [
        (
            task("Processing"),
            GateShut,
            "workflow task t-1 is Processing: only a task that has ended well can be imported as",
        ),
        (task("Failed"), GateShut, "workflow task t-1 failed: the service gave no reason"),
        (task("Queued"), GateShut, 'workflow task t-1 has the unknown status "Queued"'),
        (NotKnown("workflow task t-1 is not known"), NotKnown, "workflow task t-1 is not known"),
        (Unreachable("down"), Unreachable, "could not read workflow task t-1 within 30s: down"),
    ],
)
async def test_any_other_task_is_not_adopted_and_its_status_is_said(
    step: Any, error: type[Exception], told: str
) -> None:
    act = operation(ScriptedCloud(step), "read")
    began = act.session.clock.now()

    with pytest.raises(error) as caught:
        await GATE.adopt({}, "t-1", act)

    assert str(caught.value).startswith(told)
    assert act.session.clock.now() - began <= 30.001


@pytest.mark.parametrize("given", [{}, {"taskId": ""}, {"taskId": "a b"}], ids=str)
async def test_an_id_that_is_none_is_refused_without_a_call(given: dict[str, Any]) -> None:
    cloud = ScriptedCloud()

    with pytest.raises(InvalidInput, match="the ID to import must not"):
        await GATE.adopt(given, "", operation(cloud, "read"))

    assert not cloud.calls


async def test_an_import_that_is_stopped_says_so() -> None:
    act = operation(ScriptedCloud(task()), "read")
    act.session.stop()

    with pytest.raises(Interrupted):
        await GATE.adopt({}, "t-1", act)


# --- the rest ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("configured", "recorded", "names"),
    [
        ("cn-shanghai", "cn-shanghai", set()),
        ("cn-beijing", "cn-shanghai", {"region"}),
        (None, "cn-shanghai", set()),
        ("cn-beijing", None, set()),
    ],
)
def test_another_region_is_drift(configured: str | None, recorded: str | None, names: set[str]) -> None:
    assert session(ScriptedCloud(), region=configured).drift({"region": recorded}) == names


def test_the_gate_stands_in_the_table_under_its_token() -> None:
    gate = RESOURCES["ice:index:WorkflowTaskGate"]

    assert (gate.inputs, gate.outputs) == (Inputs, GatedTask)
