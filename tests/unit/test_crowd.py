"""Many who wait share one summary: nothing is repeated, nothing floods a log, the last line stays."""

from __future__ import annotations

import asyncio
import re

import pytest

from ice_provider.acceptance import Rule
from ice_provider.crowd import FEW, Crowd, Outcome
from ice_provider.errors import GateShut, Unreachable
from ice_provider.limits import Limit
from ice_provider.session import Operation
from ice_provider.waiting import wait
from support.clock import JumpingClock
from support.cloud import ScriptedCloud, Step, task
from support.operation import Lines, session

LIMIT = Limit("create", 7200.0)


def script(task_id: str, polls: int, end: str = "Succeed") -> list[Step]:
    return [*[task("Processing", task_id)] * polls, task(end, task_id)]


async def wait_for_all(
    scripts: dict[str, list[Step]], per_second: float = 1000.0, *, interrupted: bool = False
) -> tuple[list[Lines], list[object]]:
    """Wait for single tasks in one session; return what each row was told, the overall lines in the first one.

    When it is interrupted, that happens a minute after the beginning.
    """
    shared = session(ScriptedCloud(others=scripts), requests_per_second=per_second)
    rows = [Lines() for _ in scripts]
    for row in rows:
        row.summaries = rows[0].summaries
    waits = [
        wait(task_id, Rule(), LIMIT, Operation(shared, row, "create"))
        for task_id, row in zip(scripts, rows, strict=True)
    ]
    ends = asyncio.gather(*waits, return_exceptions=True)
    if interrupted:
        await shared.clock.sleep(60)
        shared.stop()
    return rows, await ends


async def test_up_to_eight_waits_speak_for_themselves() -> None:
    rows, _ = await wait_for_all({f"t-{number}": script(f"t-{number}", 3) for number in range(FEW)})

    assert rows[0].summaries == []
    assert all(row.progressed[0].startswith("Processing · 0s of 2h") for row in rows)


async def test_more_than_eight_waits_share_one_summary_and_say_nothing_themselves() -> None:
    rows, _ = await wait_for_all({f"t-{number}": script(f"t-{number}", 3) for number in range(FEW + 1)})

    assert {line for row in rows for line in row.progressed} == set()
    assert rows[0].summaries == [
        "waiting for workflow tasks: 0 of 9 succeeded · 1 running · 8 not read yet · 0 failed · 0s",
        "waiting for workflow tasks: 9 of 9 succeeded · 0 running · 0 failed · 2s",
    ]


async def test_a_hundred_waits_are_few_lines_that_never_repeat() -> None:
    rows, _ = await wait_for_all({f"t-{number}": script(f"t-{number}", number) for number in range(100)})

    summaries = rows[0].summaries
    assert 3 < len(summaries) < 40
    assert len(set(summaries)) == len(summaries)
    assert summaries[-1].startswith("waiting for workflow tasks: 100 of 100 succeeded · 0 running · 0 failed · ")


async def test_failures_are_counted_in_the_summary() -> None:
    scripts = {f"t-{number}": script(f"t-{number}", 3, "Failed" if number == 0 else "Succeed") for number in range(9)}

    rows, ends = await wait_for_all(scripts)

    assert sum(isinstance(end, GateShut) for end in ends) == 1
    assert rows[0].summaries[-1] == "waiting for workflow tasks: 8 of 9 succeeded · 0 running · 1 failed · 2s"


@pytest.mark.parametrize("interrupted", [False, True], ids=["their limit", "an interrupt"])
async def test_after_an_end_that_is_not_their_tasks_all_waits_count_as_running(interrupted: bool) -> None:
    scripts = {f"t-{number}": [task("Processing", f"t-{number}")] for number in range(FEW + 1)}
    rows, _ = await wait_for_all(scripts, interrupted=interrupted)

    span = "1m" if interrupted else "2h"
    assert rows[0].summaries[-1] == f"waiting for workflow tasks: 0 of 9 succeeded · 9 running · 0 failed · {span}"


def crowd_of(count: int) -> Crowd:
    crowd = Crowd(JumpingClock())
    for number in range(count):
        crowd.enter()
        crowd.hear(f"t-{number}", task("Processing", f"t-{number}"), is_first=True)
    return crowd


def test_waits_that_ended_before_their_tasks_count_as_running_and_not_as_failed() -> None:
    crowd = crowd_of(FEW + 1)
    outcomes = [Outcome.OPENED, Outcome.SHUT, *[Outcome.GOES_ON] * (FEW - 1)]
    last = [crowd.leave(f"t-{number}", outcome) for number, outcome in enumerate(outcomes)][-1]

    assert last == "waiting for workflow tasks: 1 of 9 succeeded · 7 running · 1 failed · 0s"


def test_waits_that_failed_unread_are_not_taken_from_those_that_run() -> None:
    crowd = Crowd(JumpingClock())
    for _ in range(FEW + 1):
        crowd.enter()
    last = [crowd.leave(f"t-{number}", Outcome.SHUT) for number in range(FEW + 1)][-1]

    assert last == "waiting for workflow tasks: 0 of 9 succeeded · 0 running · 9 failed · 0s"


async def test_the_trouble_of_a_wait_that_has_ended_is_told_no_more() -> None:
    clock = JumpingClock()
    crowd = Crowd(clock)
    for _ in range(FEW + 1):
        crowd.enter()
    crowd.hear("t-0", Unreachable("no route"), is_first=True)
    crowd.leave("t-0", Outcome.SHUT)
    await clock.sleep(60)

    assert "no route" not in (crowd.line() or "")


async def test_tasks_that_cannot_be_read_are_not_said_to_run_and_the_trouble_is_told() -> None:
    scripts: dict[str, list[Step]] = {f"t-{number}": [Unreachable("no route")] for number in range(FEW + 1)}
    rows, _ = await wait_for_all(scripts, interrupted=True)

    told = "waiting for workflow tasks: 0 of 9 succeeded · 0 running · 9 not read yet · 0 failed"
    assert rows[0].summaries[0] == f"{told} · 0s"
    assert re.fullmatch(rf"{told} · 1\ds · last poll failed: no route; trying again", rows[0].summaries[1])


def test_a_crowd_that_has_gone_leaves_nothing_to_the_next_one() -> None:
    crowd = crowd_of(FEW + 1)
    last = [crowd.leave(f"t-{number}", Outcome.OPENED) for number in range(FEW + 1)][-1]
    crowd.enter()

    assert last is not None
    assert crowd.leave("t-0", Outcome.OPENED) is None
