"""The wait of a gate: what each reading means for it."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from ice_provider.acceptance import Rule
from ice_provider.errors import (
    BrokenAnswer,
    DeadlineExceeded,
    Denied,
    GateShut,
    Interrupted,
    NotKnown,
    Throttled,
    Unreachable,
)
from ice_provider.limits import Limit
from ice_provider.session import Operation
from ice_provider.waiting import wait
from support.clock import JumpingClock
from support.cloud import ScriptedCloud, Step, task
from support.operation import Lines, operation, session

HALF_AN_HOUR = Limit("create", 1800.0)
NOT_KNOWN = NotKnown("workflow task t-1 is not known")


async def test_a_gate_opens_when_its_task_has_succeeded() -> None:
    cloud = ScriptedCloud(task("Init"), task("Processing"), task("Succeed"))

    opened = await wait("t-1", Rule(), HALF_AN_HOUR, operation(cloud))

    assert (opened.status, opened.region) == ("Succeed", "cn-shanghai")


@pytest.mark.parametrize("status", ["Failed", "Canceled"])
async def test_a_gate_is_shut_at_once_when_its_task_ends_badly(status: str) -> None:
    cloud = ScriptedCloud(task("Processing"), task(status), task("Succeed"))

    with pytest.raises(GateShut):
        await wait("t-1", Rule(), HALF_AN_HOUR, operation(cloud))

    assert cloud.calls["t-1"] == 2


async def test_an_unknown_status_word_neither_opens_a_gate_nor_keeps_it_waiting() -> None:
    with pytest.raises(GateShut, match='unknown status "Queued": add it to pendingStatuses to wait on'):
        await wait("t-1", Rule(), HALF_AN_HOUR, operation(ScriptedCloud(task("Queued"))))


@pytest.mark.parametrize("trouble", [Throttled("slow down"), Unreachable("down"), BrokenAnswer("html")], ids=repr)
async def test_a_fault_of_the_api_is_asked_again_and_ends_no_wait(trouble: Exception) -> None:
    cloud = ScriptedCloud(trouble, task("Processing"), trouble, trouble, task("Succeed"))

    assert (await wait("t-1", Rule(), HALF_AN_HOUR, operation(cloud))).succeeded


async def test_a_task_that_is_not_known_yet_is_borne_for_thirty_seconds() -> None:
    cloud = ScriptedCloud(*[NOT_KNOWN] * 20, task("Succeed"))

    assert (await wait("t-1", Rule(), HALF_AN_HOUR, operation(cloud))).succeeded


async def test_a_task_that_stays_unknown_is_an_error_after_thirty_seconds() -> None:
    act = operation(ScriptedCloud(NOT_KNOWN))
    began = act.session.clock.now()

    with pytest.raises(NotKnown):
        await wait("t-1", Rule(), HALF_AN_HOUR, act)

    assert act.session.clock.now() - began == pytest.approx(30, abs=1.5)


async def test_a_task_that_vanishes_is_borne_for_thirty_seconds_from_its_last_good_reading() -> None:
    cloud = ScriptedCloud(*[task("Processing")] * 40, *[NOT_KNOWN] * 10, task("Succeed"))

    assert (await wait("t-1", Rule(), HALF_AN_HOUR, operation(cloud))).succeeded


async def test_a_task_that_is_not_known_in_one_answer_after_an_outage_does_not_end_the_wait() -> None:
    cloud = ScriptedCloud(task("Processing"), *[Unreachable("down")] * 30, NOT_KNOWN, task("Succeed"))

    assert (await wait("t-1", Rule(), HALF_AN_HOUR, operation(cloud))).succeeded


async def test_a_refusal_ends_the_wait_at_once() -> None:
    cloud = ScriptedCloud(Denied("not allowed"))

    with pytest.raises(Denied):
        await wait("t-1", Rule(), HALF_AN_HOUR, operation(cloud))

    assert cloud.calls["t-1"] == 1


@pytest.mark.parametrize(
    "forever",
    [task("Processing"), Throttled("slow down"), Unreachable("down"), None],
    ids=["running", "throttled", "unreachable", "hanging"],
)
async def test_a_limit_is_a_deadline_whatever_the_api_does(forever: object) -> None:
    act = operation(ScriptedCloud(forever))  # type: ignore[arg-type]
    began = act.session.clock.now()

    with pytest.raises(DeadlineExceeded):
        await wait("t-1", Rule(), Limit("create", 90.0), act)

    assert act.session.clock.now() - began == pytest.approx(90.0)


async def test_the_error_of_a_deadline_names_status_limit_trouble_and_the_lines_that_raise_it() -> None:
    cloud = ScriptedCloud(task("Processing"), Throttled("slowed down by the service"))

    with pytest.raises(DeadlineExceeded) as caught:
        await wait("t-1", Rule(), Limit("update", 90.0), operation(cloud))

    text = str(caught.value)
    assert text.startswith("workflow task t-1 was still Processing when the 1m30s limit of this update ended\n")
    for part in ("slowed down by the service", "waitTimeout: 6m", "{update: 6m}", 'update="6m"', "ice:waitTimeout 6m"):
        assert part in text


async def test_a_stop_ends_every_wait_at_once_and_says_that_the_task_goes_on() -> None:
    act = operation(ScriptedCloud(task("Processing")))
    act.session.clock.held = True  # type: ignore[attr-defined]
    waits = [asyncio.create_task(wait("t-1", Rule(), HALF_AN_HOUR, act)) for _ in range(100)]
    while not act.reporter.summaries:  # type: ignore[attr-defined]  # noqa: ASYNC110
        await asyncio.sleep(0)

    act.session.stop()

    ends = await asyncio.gather(*waits, return_exceptions=True)
    assert {type(end) for end in ends} == {Interrupted}
    assert str(ends[0]) == (
        "stopped waiting for workflow task t-1 (Processing); the task goes on in the cloud, "
        "`pulumi up` takes the wait up again"
    )


async def test_a_stop_before_the_wait_ends_it_too() -> None:
    act = operation(ScriptedCloud(task("Processing")))
    act.session.stop()

    with pytest.raises(Interrupted):
        await wait("t-1", Rule(), HALF_AN_HOUR, act)


async def test_many_waits_for_one_task_are_one_poll() -> None:
    cloud = ScriptedCloud(task("Processing"), task("Succeed"))
    act = operation(cloud)

    await asyncio.gather(*(wait("t-1", Rule(), HALF_AN_HOUR, act) for _ in range(50)))

    assert cloud.calls["t-1"] == 2


async def test_a_line_is_said_on_each_change_and_once_a_minute_between() -> None:
    begun = task("Processing", activity_results='{"Transcode": {"Status": "Processing"}}')
    act = operation(ScriptedCloud(task("Init"), *[begun] * 40, task("Succeed")))
    assert isinstance(act.reporter, Lines)

    await wait("t-1", Rule(), HALF_AN_HOUR, act)

    lines = act.reporter.progressed
    assert lines[0] == "Init · 0s of 30m"
    assert lines[1].startswith("Processing · Transcode running · ")
    assert lines[-1] == "Succeed"
    minutes = [line for line in lines[2:-1] if line.startswith("Processing")]
    assert len(minutes) == pytest.approx((act.session.clock.now() - 1000) / 60, abs=1.5)


class DatedLines(Lines):
    """Keeps the moment of every line as well."""

    def __init__(self, clock: JumpingClock) -> None:
        super().__init__()
        self.moments: list[float] = []
        self._clock = clock

    async def progress(self, line: str) -> None:
        await super().progress(line)
        self.moments.append(self._clock.now())


async def dated(*steps: Step) -> DatedLines:
    """Return the lines of a wait of 200 s that sees these steps, and the last of them for the rest of the time."""
    clock = JumpingClock()
    lines = DatedLines(clock)
    act = Operation(session(ScriptedCloud(*steps), clock), lines, "create")
    with pytest.raises(DeadlineExceeded):
        await wait("t-1", Rule(), Limit("create", 200.0), act)
    return lines


async def test_the_same_standing_is_said_again_after_a_minute_and_not_before() -> None:
    lines = await dated(task("Processing", create_time=None))  # of unknown age: it counts from the first poll

    assert [line.partition(" · ")[0] for line in lines.progressed] == ["Processing"] * 4
    assert all(60 <= later - before < 70 for before, later in itertools.pairwise(lines.moments))  # at the next poll


@pytest.mark.parametrize("before", [[], [task("Processing")]], ids=["from the start", "later"])
async def test_a_fault_that_lasts_is_told_of_soon_and_then_once_a_minute(before: list[Step]) -> None:
    lines = await dated(*before, Unreachable("down"))

    told = [
        moment
        for moment, line in zip(lines.moments, lines.progressed, strict=True)
        if line.endswith(" · last poll failed: down; trying again")
    ]
    assert 10 <= told[0] - 1000 <= 10 + 20  # the quiet, and the longest pause between two polls that fail
    assert all(60 <= later - before_ <= 60 + 20 for before_, later in itertools.pairwise(told))


async def test_a_fault_that_passes_is_not_worth_a_line() -> None:
    lines = await dated(task("Processing"), *[Unreachable("down")] * 3, task("Processing"))

    assert not [line for line in lines.progressed if "failed" in line]


async def test_a_wait_that_never_had_its_turn_says_so_and_what_to_do() -> None:
    cloud = ScriptedCloud(others={f"t-{number}": [task("Processing", f"t-{number}")] for number in range(60)})
    shared = session(cloud, requests_per_second=0.5)
    waits = [
        wait(f"t-{number}", Rule(), Limit("create", 10.0), Operation(shared, Lines(), "create")) for number in range(60)
    ]

    ends = await asyncio.gather(*waits, return_exceptions=True)

    assert isinstance(ends[-1], DeadlineExceeded)
    assert dict(ends[-1].hints)["last"].startswith("no turn to ask about it came: too many calls")
    assert dict(ends[-1].hints)["next"].startswith("let other users of the account call less")


async def test_a_gate_looks_once_more_shortly_before_its_limit() -> None:
    """The task is an hour old and asked about every 30 s; the limit is 20 s."""
    cloud = ScriptedCloud(*(task(status, create_time="2023-01-04T01:05:17Z") for status in ("Processing", "Succeed")))

    assert (await wait("t-1", Rule(), Limit("create", 20.0), operation(cloud))).succeeded


async def test_a_bug_reaches_the_one_who_waits() -> None:
    with pytest.raises(ZeroDivisionError):
        await wait("t-1", Rule(), HALF_AN_HOUR, operation(ScriptedCloud(ZeroDivisionError())))


async def test_what_there_is_to_know_of_the_sign_in_is_said_once() -> None:
    cloud = ScriptedCloud(task("Succeed"))
    cloud.notes = ("two keys differ",)
    act = operation(cloud)
    assert isinstance(act.reporter, Lines)

    for _ in range(2):
        await wait("t-1", Rule(), HALF_AN_HOUR, act)

    assert act.reporter.warned == ["two keys differ"]
