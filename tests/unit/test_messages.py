"""Messages for people, compared whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ice_provider import messages
from ice_provider.errors import NotKnown, Throttled
from ice_provider.limits import Limit
from ice_provider.model import Workflow
from ice_provider.observation import gated
from support.cloud import task

ID = "4215e042b3966ca5441e"
BEGAN = 1_672_797_917.0  # 2023-01-04T02:05:17Z
WORKFLOW = Workflow(workflow_id="63dca94c609de02ac0d1", name="Super-resolution transcoding workflow")
PARTS: dict[str, dict[str, Any]] = {
    "Start": {"Status": "Succeed", "StartTime": "2023-01-04T02:05:17Z"},
    "Review": {"Status": "Succeed", "StartTime": "2023-01-04T02:05:30Z"},
    "Transcode": {"Status": "Processing", "StartTime": "2023-01-04T02:06:00Z"},
}
BROKEN = {
    **PARTS["Transcode"],
    "Status": "Failed",
    "Code": "InvalidParameter.NoVideoStream",
    "Message": "no video stream",
}
FAILED = json.dumps({**PARTS, "Transcode": BROKEN})
END = "2023-01-04T02:06:19Z"


def seen(status: str, **fields: Any) -> Any:
    fields = {"task_id": ID, "request_id": "7F0C2A0C-7870", "workflow": WORKFLOW, **fields}
    return gated(task(status, **fields), "cn-shanghai")


RUNNING = seen("Processing", activity_results=json.dumps(PARTS))


@pytest.mark.parametrize(
    ("text", "short"),
    [
        (ID, "4215e0…5441e"),
        ("movie-1", "movie-1"),
        ("12345678901234", "12345678901234"),
        ("123456789012345", "123456…12345"),
    ],
)
def test_a_long_id_is_shown_by_its_ends(text: str, short: str) -> None:
    assert messages.short(text) == short


@pytest.mark.parametrize(
    ("parts", "after", "line"),
    [
        (None, 0, "Processing"),
        ({}, 0, "Processing"),
        ({"Start": {"Status": "Succeed"}}, 0, "Processing, 1 activity done"),
        (PARTS, 84, "Processing, 2 activities done · Transcode running 41s"),
        (PARTS, 0, "Processing, 2 activities done · Transcode running"),
        ({"A": {"Status": "Running"}, "B": {"Status": "Init"}}, 0, "Processing · A running"),
        ({"A": {"Status": "Failed"}}, 0, "Processing"),
    ],
)
def test_a_standing_tells_only_what_the_api_tells(parts: Any, after: float, line: str) -> None:
    running = seen("Processing", activity_results=None if parts is None else json.dumps(parts))

    assert messages.standing(running, BEGAN + after) == line


def test_a_waiting_gate_shows_its_standing_and_how_much_of_its_limit_is_used() -> None:
    line = messages.progress(RUNNING, waited=72, limit=Limit("create", 2700), now=BEGAN + 84)

    assert line == "Processing, 2 activities done · Transcode running 41s · 1m12s of 45m"


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "Succeed"),
        ({"finish_time": "2023-01-04T02:07:15Z"}, "Succeed after 1m58s"),
        ({"finish_time": END, "activity_results": '{"Start": {}}'}, "Succeed after 1m02s · 1 activity"),
        ({"activity_results": json.dumps(PARTS)}, "Succeed · 3 activities"),
    ],
)
def test_a_gate_that_opened_says_after_how_long(fields: dict[str, Any], line: str) -> None:
    assert messages.opened(seen("Succeed", **fields)) == line


@pytest.mark.parametrize(
    ("task_", "now", "line"),
    [
        (
            RUNNING,
            BEGAN + 190,
            (
                "task 4215e0…5441e is Processing, 2 activities done · Transcode running 2m27s, 3m10s so far: "
                "`pulumi up` would wait for it, at most 45m"
            ),
        ),
        (seen("Init"), BEGAN, "task 4215e0…5441e is Init: `pulumi up` would wait for it, at most 45m"),
        (
            seen("Init", create_time=None),
            BEGAN + 9,
            "task 4215e0…5441e is Init: `pulumi up` would wait for it, at most 45m",
        ),
    ],
)
def test_a_preview_says_that_up_would_wait(task_: Any, now: float, line: str) -> None:
    assert messages.would_wait(task_, limit=Limit("create", 2700), now=now) == line


AGAIN = "run `pulumi up` again: the wait goes on where it is, the task has not been touched"
RAISE = """\
               or raise the limit of this gate:  waitTimeout: 2h   (Python: wait_timeout="2h")
               or its create:  YAML  options: {customTimeouts: {create: 2h}}
                   Python  opts=ResourceOptions(custom_timeouts=CustomTimeouts(create="2h"))
                   TypeScript  { customTimeouts: { create: "2h" } }
               or of all gates:  pulumi config set ice:waitTimeout 2h"""
CALL_LESS = (
    "    next       let other users of the account call less, or call less often:  "
    f"pulumi config set ice:requestsPerSecond 5\n               then {AGAIN}"
)


@pytest.mark.parametrize(
    ("task_", "trouble", "text"),
    [
        (
            RUNNING,
            None,
            (
                "workflow task 4215e0…5441e was still Processing when the 30m limit of this create ended "
                "(2 activities done · Transcode running 29m17s)\n"
                "    workflow   Super-resolution transcoding workflow (63dca9…ac0d1), cn-shanghai\n"
                "    task       4215e042b3966ca5441e, started 02:05:17Z, 30m so far; done before: Start, Review\n"
                f"    request    7F0C2A0C-7870\n    next       {AGAIN}\n{RAISE}"
            ),
        ),
        (
            seen("Init"),
            Throttled("slowed down by the service"),
            (
                "workflow task 4215e0…5441e was still Init when the 30m limit of this create ended\n"
                "    workflow   Super-resolution transcoding workflow (63dca9…ac0d1), cn-shanghai\n"
                "    task       4215e042b3966ca5441e, started 02:05:17Z, 30m so far\n"
                "    request    7F0C2A0C-7870\n"
                f"    last       slowed down by the service\n{CALL_LESS}\n{RAISE}"
            ),
        ),
        (
            None,
            Throttled("slowed down by the service"),
            (
                "workflow task 4215e0…5441e could not be read before the 30m limit of this create ended\n"
                f"    last       slowed down by the service\n{CALL_LESS}\n{RAISE}"
            ),
        ),
        (
            None,
            None,
            (
                "workflow task 4215e0…5441e could not be read before the 30m limit of this create ended\n"
                "    last       no answer came in all that time\n"
                "    next       check the network, ice:endpoint, and proxies on the way\n"
                f"               then {AGAIN}\n{RAISE}"
            ),
        ),
        (
            None,
            NotKnown("workflow task t is not known in cn-shanghai", [("who", "me"), ("next", "check the task ID")]),
            (
                "the 30m limit of this create ended, and workflow task t is not known in cn-shanghai\n"
                f"    who        me\n    next       check the task ID\n               or {AGAIN}\n{RAISE}"
            ),
        ),
    ],
)
def test_a_deadline_names_the_last_status_and_every_setting_that_raises_it(task_: Any, trouble: Any, text: str) -> None:
    error = messages.deadline(ID, limit=Limit("create", 1800), seen=task_, trouble=trouble, now=BEGAN + 1800)

    assert str(error) == text


@pytest.mark.parametrize(
    ("task_", "state"), [(RUNNING, " (Processing, 2 activities done · Transcode running 17s)"), (None, "")]
)
def test_a_stop_says_that_the_task_goes_on(task_: Any, state: str) -> None:
    assert str(messages.interrupted(ID, seen=task_, now=BEGAN + 60)) == (
        f"stopped waiting for workflow task 4215e0…5441e{state}; the task goes on in the cloud, "
        "`pulumi up` takes the wait up again"
    )


@pytest.mark.parametrize(
    ("region", "request_id", "text"),
    [
        (
            "cn-shanghai",
            "7F0C",
            (
                "workflow task 4215e0…5441e is not known in cn-shanghai\n"
                "    said       404 NotFound\n"
                "    request    7F0C\n"
            ),
        ),
        (None, None, "workflow task 4215e0…5441e is not known\n    said       404 NotFound\n"),
    ],
)
def test_a_task_that_is_not_known_names_region_key_and_the_one_year_rule(
    region: str | None, request_id: str | None, text: str
) -> None:
    error = messages.not_known(ID, region=region, caller="LTAI…x3Qz", said="404 NotFound", request_id=request_id)

    assert str(error) == text + (
        "    who        LTAI…x3Qz\n"
        "    next       check the task ID, the region and the account: a task is known only where it was started,\n"
        "               and the service forgets a task after one year"
    )


FACTS = """\
    workflow   Super-resolution transcoding workflow (63dca9…ac0d1), cn-shanghai
    task       4215e042b3966ca5441e, started 02:05:17Z, ended after 1m02s; done before: Start, Review
    request    7F0C2A0C-7870
"""
MEND = "mend the cause and start the workflow again, then give the gate the new task ID; to accept this outcome add"


def test_a_task_that_failed_names_activity_reason_request_and_what_to_do() -> None:
    failed = seen("Failed", activity_results=FAILED, finish_time=END)

    assert str(messages.ended_badly(failed)) == (
        "workflow task 4215e0…5441e failed in activity Transcode: InvalidParameter.NoVideoStream: no video stream\n"
        f'{FACTS}    next       {MEND} "Failed" to successStatuses; in full:  ["Succeed", "Failed"]'
    )


@pytest.mark.parametrize(
    ("status", "fields", "headline"),
    [
        ("Failed", {}, "workflow task 4215e0…5441e failed: the service gave no reason"),
        ("Canceled", {}, "workflow task 4215e0…5441e was canceled: the service gave no reason"),
        ("Expired", {}, 'workflow task 4215e0…5441e ended as "Expired": the service gave no reason'),
        (
            "Failed",
            {"activity_results": '{"A": {"Status": "Failed"}}'},
            "workflow task 4215e0…5441e failed in activity A: the service gave no reason",
        ),
        (
            "Failed",
            {"activity_results": '[{"Status": "Fail", "Result": "{\\"Code\\": \\"C\\"}"}]'},
            "workflow task 4215e0…5441e failed: C",
        ),
        ("Failed", {"activity_results": "garbage"}, "workflow task 4215e0…5441e failed: the service gave no reason"),
    ],
)
def test_the_first_line_of_a_failure_is_complete_in_itself(status: str, fields: dict[str, Any], headline: str) -> None:
    assert messages.ended_badly(seen(status, **fields)).headline == headline


def test_a_task_of_which_little_is_known_gives_a_short_message() -> None:
    bare = task("Failed", "t-1", request_id=None, create_time=None, workflow=None)

    assert str(messages.ended_badly(bare)) == (
        "workflow task t-1 failed: the service gave no reason\n"
        "    task       t-1\n"
        f'    next       {MEND} "Failed" to successStatuses; in full:  ["Succeed", "Failed"]'
    )


LISTS = {"pendingStatuses": frozenset({"Processing", "Init"}), "successStatuses": frozenset({"Succeed"})}


def test_an_unknown_status_names_the_three_ways_on() -> None:
    assert str(messages.unknown_status(seen("Queued", finish_time=END, activity_results=FAILED), LISTS)) == (
        'workflow task 4215e0…5441e has the unknown status "Queued": add it to pendingStatuses to wait on, to '
        "failureStatuses to stop, to successStatuses to open\n"
        + FACTS.replace(", ended after 1m02s", "")
        + "    next       a list takes the place of the default, so write all of it:  "
        'pendingStatuses: ["Init", "Processing", "Queued"]\n'
        '               or  successStatuses: ["Succeed", "Queued"]'
    )


ENDED = seen("Succeed", finish_time=END, activity_results=FAILED)


def test_a_condition_that_is_not_met_is_shown() -> None:
    assert str(messages.condition_false(ENDED, "results.Review.Score > `80`")) == (
        "workflow task 4215e0…5441e ended as Succeed, but does not meet the condition of this gate\n"
        f"    condition  results.Review.Score > `80`\n{FACTS}"
        "    next       look at `results`, or change the condition"
    )


def test_a_condition_that_cannot_be_judged_says_why_and_advises_nothing_that_would_open_the_gate() -> None:
    assert str(messages.condition_failed(ENDED, "results.X", 'it asks for "X" of an empty object')) == (
        "workflow task 4215e0…5441e ended as Succeed, but the condition of this gate cannot be judged: "
        'it asks for "X" of an empty object\n'
        f"    condition  results.X\n{FACTS}"
        "    next       correct the condition: it must use the names that the task returned, and be true or false"
    )


def test_a_status_that_was_not_expected_is_told_with_all_that_is_known_of_the_task() -> None:
    assert str(messages.not_expected(RUNNING, ("Succeed", "Failed"))) == (
        "workflow task 4215e0…5441e is Processing; expected Succeed or Failed\n"
        + FACTS.replace(", ended after 1m02s", "")
        + '    next       wait with a WorkflowTaskGate, or add "Processing" to expectedStatuses'
    )


ENDS = "this task will not change: mend the cause, start the workflow again and give the new task ID"


@pytest.mark.parametrize(
    ("status", "expected", "advice"),
    [
        ("Init", "Succeed", 'wait with a WorkflowTaskGate, or add "Init" to expectedStatuses'),
        ("Failed", "Succeed", f'{ENDS}, or add "Failed" to expectedStatuses'),
        ("Canceled", "Succeed", f'{ENDS}, or add "Canceled" to expectedStatuses'),
        (
            "Succeed",
            "Failed",
            'this task will not change: give the ID of another task, or add "Succeed" to expectedStatuses',
        ),
        (
            "Queued",
            "Succeed",
            (
                'look up what the service means by "Queued"; '
                'if the program can go on with it, add "Queued" to expectedStatuses'
            ),
        ),
        ("Queued", "queued", 'write "Queued" in expectedStatuses with this upper and lower case'),
    ],
)
def test_what_to_do_about_a_status_depends_on_whether_it_can_still_change(
    status: str, expected: str, advice: str
) -> None:
    assert dict(messages.not_expected(seen(status), (expected,)).hints)["next"] == advice


@pytest.mark.parametrize(
    "error",
    [
        messages.ended_badly(
            seen("Failed", activity_results=json.dumps({"A": {"Status": "Failed", "Message": "a\nb\r\nc"}}))
        ),
        messages.condition_failed(ENDED, "results.\nX", "a\nb"),
        messages.unknown_status(seen("Que\nued"), {"pendingStatuses": frozenset()}),
    ],
    ids=["reason", "condition", "status"],
)
def test_what_the_service_or_the_user_wrote_breaks_no_line(error: Exception) -> None:
    words = [line.split()[0] for line in str(error).splitlines()]

    assert words == [word for word in words if word in {"workflow", "condition", "task", "request", "next"}]


@pytest.mark.parametrize(
    ("source", "advised"),
    [
        ("provider", ["waitTimeout: 2m", "customTimeouts: {create: 2m}", "ice:waitTimeout 2m"]),
        ("waitTimeout", ["waitTimeout: 2m", "customTimeouts: {create: 2m}"]),
        ("customTimeouts", ["customTimeouts: {create: 2m}"]),
    ],
)
def test_a_deadline_advises_only_what_wins_over_whoever_set_the_limit(source: str, advised: list[str]) -> None:
    limit = Limit("create", 30.0, source)

    text = str(messages.deadline("t-1", limit=limit, seen=None, trouble=None, now=0.0))

    lines = ("waitTimeout: 2m", "customTimeouts: {create: 2m}", "ice:waitTimeout 2m")
    assert [line for line in lines if line in text] == advised


FLOOD = "word " * 100_000


def test_a_reason_without_end_is_cut_and_what_was_expected_still_stands_behind_it() -> None:
    failed = seen("Failed", activity_results=json.dumps({"A": {"Status": "Failed", "Message": FLOOD}}))

    headline = messages.not_expected(failed, ("Succeed",)).headline

    assert headline.count("word") == 100
    assert headline.endswith("word word…; expected Succeed")


@pytest.mark.parametrize(
    "text",
    [
        lambda: str(messages.unknown_status(seen(FLOOD), LISTS)),
        lambda: str(messages.not_expected(seen(FLOOD), ("Succeed",))),
        lambda: messages.standing(seen(FLOOD), BEGAN),
        lambda: messages.standing(seen("Processing", activity_results=json.dumps(dict.fromkeys(ALL, STARTED))), BEGAN),
        lambda: str(messages.ended_badly(seen("Failed", activity_results=json.dumps(dict.fromkeys(ALL, DONE))))),
        lambda: str(messages.ended_badly(seen("Failed", workflow=Workflow(name=FLOOD), request_id=FLOOD))),
    ],
    ids=["unknown status", "not expected", "progress", "many running", "many done", "names"],
)
def test_names_without_end_do_not_flood_the_terminal(text: Callable[[], str]) -> None:
    assert len(text()) < 7_000


ALL = [f"activity-{number}" for number in range(5_000)]
STARTED = {"Status": "Processing", "StartTime": END}
DONE = {"Status": "Succeed"}


def test_a_failure_that_the_user_listed_has_to_leave_that_list() -> None:
    assert str(messages.ended_badly(seen("Failed"), listed=True)).endswith(
        'add "Failed" to successStatuses, and take it out of failureStatuses; in full:  ["Succeed", "Failed"]'
    )


def test_an_import_of_a_failed_task_has_advice_of_its_own() -> None:
    text = str(messages.not_importable(messages.ended_badly(seen("Failed"))))

    assert "add " not in text
    assert "only a task that has ended as Succeed can be imported" in text


def test_without_a_workflow_the_region_stands_by_itself() -> None:
    place = gated(task("Failed", workflow=None), "cn-shanghai")

    assert "    region     cn-shanghai\n" in str(messages.ended_badly(place))


@pytest.mark.parametrize(("seconds", "told"), [(0.5, "500ms"), (0.004, "4ms"), (1.0, "1s"), (2700, "45m")])
def test_a_limit_below_a_second_is_not_told_as_none(seconds: float, told: str) -> None:
    assert Limit("create", seconds).told == told
