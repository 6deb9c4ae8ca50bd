"""Who queues for a call keeps the place: what tasks, lists and joining gates do to each other when calls are scarce."""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from typing import Any

import pytest

from ice_provider import group_waiting
from ice_provider.acceptance import Rule
from ice_provider.errors import Denied, Unreachable
from ice_provider.model import WorkflowTask
from ice_provider.poller import Poller
from ice_provider.session import Operation
from ice_provider.tally import Tally
from ice_provider.turnstile import Lane
from support.cloud import ScriptedCloud, task
from support.operation import Lines, session
from support.virtual_time import VirtualClock, run

MADE = 1_672_797_917.0  # seconds since 1970: when the tasks of `support.cloud` were made


class Busy(ScriptedCloud):
    """Answers after a tenth of a second that a task goes on.

    Attributes:
        asked_at: When it was asked about each task, by the loop's time.
        fields: Of every task.
    """

    def __init__(self, **fields: Any) -> None:
        super().__init__()
        self.asked_at: list[tuple[str, float]] = []
        self.fields = fields

    async def get_workflow_task(self, task_id: str) -> WorkflowTask:
        self.calls[task_id] += 1
        self.asked_at.append((task_id, asyncio.get_running_loop().time()))
        await asyncio.sleep(0.1)
        return task("Processing", task_id, **self.fields)


def test_a_task_that_other_gates_join_is_read_as_often_as_every_other() -> None:
    async def joining() -> Busy:
        cloud = Busy()
        poller = Poller(cloud, VirtualClock(), per_second=10, jitter=lambda: 1.0)
        with contextlib.ExitStack() as gates:
            for number in range(500):
                gates.enter_context(poller.follow(f"t-{number}"))
            for _ in range(20):  # far more often than there is a call for it
                gates.enter_context(poller.follow("joined"))
                await asyncio.sleep(20)
        poller.stop()
        return cloud

    cloud = run(joining())

    assert cloud.calls["joined"] >= cloud.calls["t-0"] - 1


@pytest.mark.parametrize("lane", Lane)
def test_who_joins_while_a_call_is_under_way_does_not_make_it_twice(lane: Lane) -> None:
    async def joining() -> Busy:
        cloud = Busy()
        poller = Poller(cloud, VirtualClock(), per_second=10)
        with poller.follow("t-1") as first:
            await asyncio.sleep(0.05)
            with poller.follow("t-1", lane=lane):
                await first.next()
        return cloud

    assert run(joining()).calls["t-1"] == 1


def test_the_preview_of_a_group_does_not_stand_behind_all_who_wait() -> None:
    async def looking() -> Tally:
        clock = VirtualClock()
        tally = Tally(["looked-at"], Rule())
        provider = session(Busy(), clock, requests_per_second=10)
        previewing = Operation(provider, Lines(), "create", preview=True)
        poller = await previewing.session.poller()
        with contextlib.ExitStack() as gates:
            for number in range(500):
                gates.enter_context(poller.follow(f"t-{number}"))
            await group_waiting.glance(tally, previewing)
        poller.stop()
        return tally

    assert run(looking()).statuses == {"looked-at": "Processing"}


def test_what_many_are_told_of_an_end_does_not_grow_with_each_of_them() -> None:
    async def ending() -> int:
        poller = Poller(ScriptedCloud(Denied("no")), VirtualClock(), per_second=10)

        async def wait() -> None:
            with poller.follow("t-1") as follower:
                await follower.next()

        ends = await asyncio.gather(*(wait() for _ in range(100)), return_exceptions=True)
        assert len({*map(id, ends)}) == 1
        return max(len(traceback.extract_tb(end.__traceback__)) for end in ends if isinstance(end, Denied))

    assert run(ending()) < 10


def test_of_very_many_ended_tasks_only_the_last_ones_are_remembered() -> None:
    async def reading() -> ScriptedCloud:
        names = [f"t-{number}" for number in range(5001)]
        cloud = ScriptedCloud(others={name: [task("Succeed", name)] for name in names})
        poller = Poller(cloud, VirtualClock(), per_second=1e6)
        for name in [*names, names[-1], names[0]]:
            await poller.read(name, within=30)
        return cloud

    cloud = run(reading())

    assert (cloud.calls["t-5000"], cloud.calls["t-0"]) == (1, 2)


def test_a_gate_that_joins_just_after_a_reading_gets_a_last_look_before_its_limit() -> None:
    async def joining() -> list[float]:
        cloud = Busy()
        clock = VirtualClock(wall=MADE + 3600)
        poller = Poller(cloud, clock, per_second=10)
        with poller.follow("t-1") as first:
            await first.next()
            await asyncio.sleep(0.5)
            joined = clock.now()
            with poller.follow("t-1", until=joined + 10):
                await asyncio.sleep(10)
        return [moment - joined for _, moment in cloud.asked_at]

    assert run(joining()) == pytest.approx([-0.6, 8.0])


@pytest.mark.parametrize(
    ("create_time", "clock_is_off"),
    [(None, 0), ("soon", 0), ("2023-01-04T02:05:17Z", -600)],
    ids=["no time", "no date", "a clock that is behind"],
)
def test_a_task_whose_age_nobody_knows_is_as_old_as_its_first_reading(create_time: Any, clock_is_off: float) -> None:
    async def watching() -> Busy:
        cloud = Busy(create_time=create_time)
        poller = Poller(cloud, VirtualClock(wall=MADE + clock_is_off), per_second=100, jitter=lambda: 1.0)
        with poller.follow("t-1"):
            await asyncio.sleep(600)
        return cloud

    assert run(watching()).calls["t-1"] <= 105  # once a second, it would be 545


@pytest.mark.parametrize("seconds", [-600.0, 600.0])
def test_a_clock_that_is_off_makes_no_task_older_or_younger(seconds: float) -> None:
    """How far it is off, the answers tell."""

    async def watching(off: float) -> int:
        cloud = Busy()
        cloud.ahead = -off
        poller = Poller(cloud, VirtualClock(wall=MADE + off), per_second=100, jitter=lambda: 1.0)
        with poller.follow("t-1"):
            await asyncio.sleep(600)
        return cloud.calls["t-1"]

    assert run(watching(seconds)) == run(watching(0.0))


def test_a_fault_that_waits_remember_holds_nothing_of_where_it_came_from() -> None:
    async def failing() -> Any:
        class Down(Busy):
            async def get_workflow_task(self, task_id: str) -> WorkflowTask:
                try:
                    raise OSError("refused")  # noqa: TRY301
                except OSError as error:
                    raise Unreachable("down") from error

        with Poller(Down(), VirtualClock(), per_second=10).follow("t-1") as follower:
            return await follower.next()

    fault = run(failing())

    assert (fault.__traceback__, fault.__cause__, fault.__context__) == (None, None, None)
