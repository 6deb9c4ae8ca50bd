"""One group's wait: what opens it, what ends it, what is said meanwhile."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from ice_provider import messages
from ice_provider.acceptance import Rule
from ice_provider.errors import (
    BrokenAnswer,
    DeadlineExceeded,
    Denied,
    GateShut,
    Interrupted,
    NotKnown,
    NotSignedIn,
    Rejected,
    Throttled,
    Unreachable,
)
from ice_provider.group_waiting import glance, wait
from ice_provider.limits import Limit
from ice_provider.session import Operation
from ice_provider.tally import Tally
from support.cloud import ScriptedCloud, Step, task
from support.operation import Lines, operation

LIMIT = Limit("create", 600.0)


def after(polls: int, task_id: str, status: str = "Succeed", **fields: Any) -> list[Step]:
    """Return the answers about a task that goes on for some polls and then ends."""
    return [*[task("Processing", task_id)] * polls, task(status, task_id, **fields)]


class Group:
    """A group whose tasks follow scripts.

    Attributes:
        cloud: What is asked.
        act: The operation.
        tally: What is counted.
    """

    def __init__(self, scripts: dict[str, list[Step]], needed: int | None = None, **rule: Any) -> None:
        self.cloud = ScriptedCloud(others=scripts)
        self.act: Operation = operation(self.cloud)
        self.tally = Tally(scripts, Rule.of(**rule), needed)
        self.clock = self.act.session.clock

    @property
    def lines(self) -> list[str]:
        assert isinstance(self.act.reporter, Lines)
        return self.act.reporter.progressed

    async def wait(self, limit: Limit = LIMIT) -> float:
        """Wait, and return how long it took."""
        began = self.clock.now()
        await wait(self.tally, limit, self.act)
        return self.clock.now() - began


# --- what opens it ----------------------------------------------------------------------------------------------------


async def test_a_group_opens_when_all_have_succeeded() -> None:
    group = Group({"a": after(0, "a"), "b": after(3, "b"), "c": after(7, "c")})

    await group.wait()

    assert group.tally.succeeded == ("a", "b", "c")


async def test_a_group_looks_once_more_shortly_before_its_limit() -> None:
    """The task is an hour old and asked about every 30 s; the limit is 20 s."""
    old = "2023-01-04T01:05:17Z"
    group = Group({"a": [task(status, "a", create_time=old) for status in ("Processing", "Succeed")]})

    assert await group.wait(Limit("create", 20.0)) < 20


async def test_a_group_opens_as_soon_as_enough_have_succeeded() -> None:
    group = Group({"a": after(0, "a"), "b": after(0, "b"), "c": [task("Processing", "c")]}, needed=2)

    assert await group.wait() < 5
    assert set(group.tally.succeeded) == {"a", "b"}


async def test_failures_that_leave_enough_are_borne() -> None:
    group = Group({"a": after(0, "a", "Failed"), "b": after(2, "b"), "c": after(9, "c")}, needed=2)

    await group.wait()

    assert (group.tally.succeeded, group.tally.failed) == (("b", "c"), ("a",))


async def test_a_group_of_nothing_opens_without_a_call_or_credentials() -> None:
    group = Group({}, needed=0)

    await group.wait()

    assert group.cloud.calls == {}


async def test_a_task_that_succeeded_is_asked_no_more() -> None:
    group = Group({"a": after(0, "a"), "b": after(20, "b")})

    await group.wait()

    assert group.cloud.calls["a"] == 1


@pytest.mark.parametrize("trouble", [Throttled("t"), Unreachable("u"), BrokenAnswer("b")], ids=repr)
async def test_trouble_with_one_task_is_no_outcome(trouble: Exception) -> None:
    group = Group({"a": [trouble, trouble, task("Succeed", "a")], "b": after(0, "b")})

    await group.wait()

    assert group.tally.succeeded == ("a", "b")


# --- what ends it -----------------------------------------------------------------------------------------------------


async def test_a_group_fails_as_soon_as_enough_no_longer_can_succeed() -> None:
    group = Group({"a": after(1, "a", "Failed"), "b": [task("Processing", "b")], "c": [None]})
    began = group.clock.now()

    with pytest.raises(GateShut) as caught:
        await group.wait()

    assert group.clock.now() - began < 5
    assert caught.value.headline == "workflow task a failed: the service gave no reason; all 3 must succeed"


async def test_an_unknown_word_is_a_failure_of_its_task_and_never_a_wait_without_end() -> None:
    group = Group({"a": [task("Queued", "a")], "b": after(0, "b")})

    with pytest.raises(GateShut, match='workflow task a has the unknown status "Queued": add it to pendingStatuses'):
        await group.wait()


MISSED = task("Succeed", "a", activity_results='{"Score": 70}')
AGAIN = "mend the cause, start these workflows again and put the new task IDs into taskIds in their place"
WHOLE = "a list takes the place of the default, so write all of it:  "
ADVICE: dict[str, tuple[Step, str | None, list[tuple[str, str]]]] = {
    "failed": (task("Failed", "a"), None, [("next", AGAIN)]),
    "misses the condition": (
        MISSED,
        "results.Score > `80`",
        [("condition", "results.Score > `80`"), ("next", "look at `results`, or change the condition")],
    ),
    "cannot be judged": (
        MISSED,
        "results.Scor > `80`",
        [
            ("condition", "results.Scor > `80`"),
            ("next", "correct the condition: it must use the names that the task returned, and be true or false"),
        ],
    ),
    "has ended with a status to wait on": (
        task("Failed", "a"),
        None,
        [("next", 'take "Failed" out of pendingStatuses, or give the gate another task')],
    ),
    "has an unknown status": (
        task("Queued", "a"),
        None,
        [
            ("next", f'{WHOLE}pendingStatuses: ["Init", "Processing", "Queued"]'),
            ("", 'or  failureStatuses: ["Canceled", "Failed", "Queued"]'),
            ("", 'or  successStatuses: ["Succeed", "Queued"]'),
        ],
    ),
    "is not known": (
        messages.not_known("a", region="cn-shanghai", caller="the key LTAI…x3Qz", said="404", request_id="R"),
        None,
        [
            ("said", "404"),
            ("who", "the key LTAI…x3Qz"),
            ("next", "check the task ID, the region and the account: a task is known only where it was started,"),
            ("", "and the service forgets a task after one year"),
        ],
    ),
}


@pytest.mark.parametrize("case", ADVICE)
async def test_the_advice_is_that_for_the_first_task_which_did_not_succeed(case: str) -> None:
    step, condition, advice = ADVICE[case]
    good = task("Succeed", "b", activity_results='{"Score": 90, "Scor": 90}')
    pending = ("Init", "Failed") if "wait on" in case else None
    group = Group({"a": [step], "b": [good]}, condition=condition, pending=pending)

    with pytest.raises(GateShut) as caught:
        await group.wait()

    told = [hint for hint in caught.value.hints if hint[0] not in {"failed", "standing"}]
    fewer = "let fewer suffice:  minSucceeded: 1"
    assert told == [*advice, ("", f"or {fewer}")]


async def test_ten_failed_tasks_are_told_of_in_full_and_the_others_counted() -> None:
    names = [f"movie-{number:02}" for number in range(13)]
    group = Group({name: after(0, name, "Failed") for name in names}, needed=1)

    with pytest.raises(GateShut) as caught:
        await group.wait()

    told = str(caught.value).splitlines()
    assert told[0] == (
        "13 of 13 workflow tasks did not succeed, and 1 of 13 must: workflow task movie-00 failed: the service gave "
        "no reason"
    )
    assert told[1] == "    failed     movie-00: failed: the service gave no reason"
    assert [line.split(":")[0].split()[-1] for line in told[1:11]] == names[:10]
    assert told[11:] == [
        "               and 3 more",
        "    standing   0 of 13 succeeded · 0 running · 13 failed",
        "    next       mend the cause, start these workflows again and put the new task IDs into taskIds in their place",
    ]


@pytest.mark.parametrize("error", [NotSignedIn("s"), Denied("d"), Rejected("r")], ids=repr)
async def test_what_asking_again_does_not_mend_ends_the_wait_of_all(error: Exception) -> None:
    group = Group({"a": [error], "b": [task("Processing", "b")]})

    with pytest.raises(type(error)) as caught:
        await group.wait()

    assert caught.value is error


@pytest.mark.parametrize("hanging", [False, True], ids=["running", "hanging"])
async def test_the_limit_is_a_deadline_and_its_error_says_how_all_stand_and_how_to_raise_it(hanging: bool) -> None:
    stuck: list[Step] = [None] if hanging else [task("Processing", "c")]
    group = Group({"a": after(0, "a"), "b": after(0, "b", "Failed"), "c": stuck}, needed=2)
    began = group.clock.now()

    with pytest.raises(DeadlineExceeded) as caught:
        await group.wait(Limit("create", 90.0))

    assert group.clock.now() - began == pytest.approx(90)
    text = str(caught.value)
    assert text.startswith(
        "1 of 3 workflow tasks had succeeded when the 1m30s limit of this create ended, and 2 of 3 must\n"
    )
    assert ("running    c Processing" in text) is not hanging
    for remedy in ("run `pulumi up` again", "waitTimeout: 6m", "CustomTimeouts(create=", "{ customTimeouts:"):
        assert remedy in text


async def test_a_task_that_was_given_up_is_trouble_no_more() -> None:
    group = Group({"a": [NotKnown("no such task")], "b": after(40, "b")}, needed=1)

    await group.wait()

    later = [line for line in group.lines if "1 failed" in line]
    assert len(later) > 1
    assert [line for line in later if "last poll failed" in line] == []


async def test_the_limit_names_the_tasks_that_are_not_known() -> None:
    group = Group({"a": after(0, "a"), "b": [NotKnown("no such task")], "c": [NotKnown("no such task")]})

    with pytest.raises(DeadlineExceeded) as caught:
        await group.wait(Limit("create", 20.0))

    assert "    not known  b, c\n" in str(caught.value)


async def test_a_limit_too_short_to_read_all_tasks_is_raised_to_what_that_takes() -> None:
    """Twenty calls a second at the default."""
    group = Group({f"t-{number}": [task("Processing", f"t-{number}")] for number in range(3000)})

    with pytest.raises(DeadlineExceeded) as caught:
        await group.wait(Limit("create", 10.0))

    assert "waitTimeout: 5m " in str(caught.value)
    assert "or read faster, if the service allows it: raise ice:requestsPerSecond" in str(caught.value)


async def test_a_stop_ends_the_wait_at_once_and_says_how_all_stand() -> None:
    group = Group({"a": after(0, "a"), "b": [task("Processing", "b")], "c": [None]})
    waiting = asyncio.create_task(group.wait())
    for _ in range(50):  # all that can happen before time passes
        await asyncio.sleep(0)
    began = group.clock.now()

    group.act.session.stop()

    with pytest.raises(Interrupted) as caught:
        await waiting
    assert group.clock.now() == began
    assert caught.value.headline == (
        "stopped waiting for 3 workflow tasks (1 of 3 succeeded · 1 running · 1 not read yet · 0 failed); the tasks go "
        "on in the cloud, `pulumi up` takes the wait up again"
    )


# --- what is not known ------------------------------------------------------------------------------------------------


async def test_a_task_that_is_not_known_yet_is_borne_for_thirty_seconds() -> None:
    group = Group({"a": [NotKnown("not known")] * 3 + [task("Succeed", "a")], "b": after(0, "b")})

    await group.wait()

    assert group.tally.succeeded == ("a", "b")


async def test_a_task_that_stays_unknown_counts_as_failed_after_thirty_seconds() -> None:
    group = Group({"a": [NotKnown("workflow task a is not known")], "b": [task("Processing", "b")]})
    began = group.clock.now()

    with pytest.raises(GateShut, match="workflow task a is not known; all 2 must succeed"):
        await group.wait()

    assert 30 <= group.clock.now() - began < 40


async def test_a_task_that_vanishes_is_borne_for_thirty_seconds_from_the_last_good_reading() -> None:
    group = Group({"a": [*[task("Processing", "a")] * 60, NotKnown("workflow task a is not known")]})
    seen: list[float] = []
    ask = group.cloud.get_workflow_task

    async def watched(task_id: str) -> Any:
        answer = await ask(task_id)
        seen.append(group.clock.now())
        return answer

    group.cloud.get_workflow_task = watched  # type: ignore[method-assign]

    with pytest.raises(GateShut, match="is not known"):
        await group.wait()

    assert group.clock.now() - seen[-1] >= 30


# --- what is said -----------------------------------------------------------------------------------------------------


async def test_a_group_that_is_decided_within_a_second_says_its_last_line_only() -> None:
    group = Group({"a": after(0, "a"), "b": after(0, "b")})

    await group.wait()

    assert group.lines == ["2 of 2 succeeded · 0 running · 0 failed · opened after 0s"]


async def test_a_line_comes_when_the_counts_change_and_once_a_minute_else() -> None:
    group = Group({"a": [task("Processing", "a")], "b": after(0, "b")})

    with pytest.raises(DeadlineExceeded):
        await group.wait(Limit("create", 200.0))

    assert group.lines == [
        f"1 of 2 succeeded · 1 running · 0 failed · {when} of 3m20s" for when in ("1s", "1m01s", "2m01s", "3m01s")
    ]


async def test_many_changes_are_few_lines_and_fewer_the_longer_it_lasts() -> None:
    """One task of a hundred ends every few seconds."""
    group = Group({f"t-{number}": after(number // 2, f"t-{number}") for number in range(100)})

    took = await group.wait(Limit("create", 7200.0))

    assert took > 300
    assert len(group.lines) < 25
    assert len(set(group.lines)) == len(group.lines)
    assert re.fullmatch(r"100 of 100 succeeded · 0 running · 0 failed · opened after \w+", group.lines[-1])


async def test_trouble_that_lasts_is_told_of() -> None:
    group = Group({"a": [Unreachable("no route")]})

    with pytest.raises(DeadlineExceeded) as caught:
        await group.wait(Limit("create", 30.0))

    standing = "0 of 1 succeeded · 0 running · 1 not read yet · 0 failed"
    assert group.lines[0] == f"{standing} · 1s of 30s"
    assert group.lines[1] == f"{standing} · 11s of 30s · last poll failed: no route; trying again"
    assert ("last", "no route") in caught.value.hints


async def test_trouble_that_passes_and_trouble_of_tasks_that_are_read_between_is_not_told_of() -> None:
    """Every fifth poll is throttled; what keeps the group waiting is that its tasks run."""
    steps: list[Step] = [*[task("Processing", "a")] * 4, Throttled("slow")] * 100
    group = Group({"a": steps, "b": [task("Processing", "b")]})

    with pytest.raises(DeadlineExceeded) as caught:
        await group.wait(Limit("create", 120.0))

    assert not [line for line in group.lines if "failed:" in line]
    assert "last" not in dict(caught.value.hints)
    assert dict(caught.value.hints)["next"].startswith("run `pulumi up` again")


async def test_a_task_that_can_never_be_read_is_told_of_however_well_the_others_are() -> None:
    group = Group({"a": [task("Processing", "a")], "b": [Unreachable("no route")]})

    with pytest.raises(DeadlineExceeded) as caught:
        await group.wait(Limit("create", 120.0))

    assert ("last", "no route") in caught.value.hints
    assert [line for line in group.lines[2:] if "no route" not in line] == []


# --- a preview's look -------------------------------------------------------------------------------------------------


async def test_a_look_reads_every_task_once_and_no_task_twice() -> None:
    group = Group({"a": after(0, "a"), "b": [task("Processing", "b")], "c": [NotKnown("not known")]})

    await glance(group.tally, group.act)

    assert group.cloud.calls == {"a": 1, "b": 1, "c": 1}
    assert (group.tally.succeeded, dict(group.tally.running)) == (("a",), {"b": "Processing"})
    assert group.tally.missing.keys() == {"c"}


async def test_a_look_ends_after_five_seconds_with_what_was_read_by_then() -> None:
    names = [f"t-{number}" for number in range(1000)]
    group = Group({name: after(0, name) for name in names})
    began = group.clock.now()

    await glance(group.tally, group.act)

    assert group.clock.now() - began == pytest.approx(5)
    assert 90 < len(group.tally.succeeded) < 120  # at 20 calls a second, and a burst of five


async def test_a_look_in_which_every_answer_was_that_the_task_is_not_known_has_read() -> None:
    """Else the preview says that no task could be read, and beside it that a hundred are not known."""
    group = Group({f"t-{number}": [NotKnown("not known")] for number in range(1000)})

    assert await glance(group.tally, group.act) is None

    assert 90 < len(group.tally.missing) < 120


async def test_a_look_ends_as_soon_as_the_group_is_hopeless() -> None:
    group = Group({"a": after(0, "a", "Failed"), "b": [None]})
    began = group.clock.now()

    await glance(group.tally, group.act)

    assert (group.tally.is_hopeless, group.clock.now()) == (True, pytest.approx(began, abs=1))
