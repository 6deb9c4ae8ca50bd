"""Bulk reading: one list in the place of many reads, where that is fewer calls, and never in the place of the last one."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from ice_provider.acceptance import DEFAULT_PENDING
from ice_provider.bulk import list_cost, read_cost
from ice_provider.cloud import Page, Search
from ice_provider.model import WorkflowTask
from ice_provider.poller import Poller
from support.cloud import task
from support.films import LENGTH, Films, waited_for
from support.virtual_time import VirtualClock, run


def test_a_list_takes_the_place_of_most_reads_and_every_end_is_seen_in_time() -> None:
    single, _, _ = waited_for(100, in_bulk=False)
    bulk, poller, late = waited_for(100)

    assert bulk.calls < single.calls / 10
    assert late < 35
    assert max(bulk.reads.values()) <= 4  # the first, the last, and two controls at most
    assert poller.notes == ()


def test_tasks_are_searched_for_by_workflow_and_a_minute_around_their_creation() -> None:
    films, _, _ = waited_for(20)

    assert set(films.searches) == {
        Search(
            workflow_id="wf-1",
            start_of_create_time="2023-01-04T02:04:17Z",
            end_of_create_time="2023-01-04T02:06:17Z",
        )
    }


@pytest.mark.parametrize(("count", "in_bulk"), [(9, True), (100, False)], ids=["few", "off"])
def test_few_tasks_are_never_listed_and_none_where_it_is_off(count: int, in_bulk: bool) -> None:
    films, _, _ = waited_for(count, in_bulk=in_bulk)

    assert films.searches == []


def test_a_list_in_which_they_are_lost_among_strangers_is_given_up() -> None:
    films, _, late = waited_for(20, strangers=100_000)

    assert len(films.searches) < 500
    assert late < 35
    assert films.reads.total() > 20 * 60  # read as if there were no list


def test_lists_go_on_for_those_who_are_left_when_most_tasks_have_ended_at_once() -> None:
    def make_some_longer(films: Films) -> None:
        films.lengths = {f"t-{number}": 3 * LENGTH for number in range(50)}

    films, _, _ = waited_for(200, prepare=make_some_longer)

    assert films.reads.total() < 200 * 4


class Nightly(Films):
    """The first task is of yesterday, and so are thousands that nobody waits for; it ends in a minute."""

    async def list_workflow_tasks(self, search: Search, token: str | None) -> Page:
        assert search.start_of_create_time
        self.strangers = 0 if search.start_of_create_time.startswith("2023-01-04") else 100_000
        return await super().list_workflow_tasks(search, token)

    def _task(self, task_id: str, now: float, **fields: Any) -> WorkflowTask:
        seen = super()._task(task_id, now, **fields)
        return dataclasses.replace(seen, create_time="2023-01-03T02:05:17Z") if task_id == "t-0" else seen


def test_lists_begin_once_the_task_has_ended_for_whose_sake_they_reached_too_far() -> None:
    def end_the_first(films: Films) -> None:
        films.lengths = {"t-0": 60.0}

    films, _, late = waited_for(20, kind=Nightly, prepare=end_the_first)

    assert late < 35
    assert films.reads.total() < 20 * 35  # each would be read 60 times by itself, and 20 times in the first minute


def test_a_list_takes_the_place_of_reads_where_tasks_are_more_than_calls_too() -> None:
    single, _, _ = waited_for(400, in_bulk=False, per_second=8)
    bulk, poller, late = waited_for(400, per_second=8)

    assert bulk.calls < single.calls / 3
    assert late < 400 / 8 + 35  # the last read of each takes so long
    assert poller.notes == ()


def test_a_clock_that_is_off_makes_no_task_too_old_to_be_listed() -> None:
    right, _, _ = waited_for(100)
    off, _, _ = waited_for(100, ahead=-90 * 24 * 3600.0)

    assert len(off.searches) == len(right.searches)


def test_a_task_with_a_status_to_judge_is_read_by_itself() -> None:
    def finish_early(films: Films) -> None:
        films.statuses = {"t-7": "Reviewed"}

    async def judge() -> tuple[WorkflowTask, int]:
        clock = VirtualClock()
        films = Films(clock)
        films.count = 50
        poller = Poller(films, clock, per_second=100, in_bulk=True, jitter=lambda: 1.0)
        seen: list[WorkflowTask] = []

        async def follow(task_id: str) -> None:
            with poller.follow(task_id, waits_on=DEFAULT_PENDING) as follower:
                while True:
                    reading = await follower.next()
                    assert isinstance(reading, WorkflowTask)
                    if reading.status == "Reviewed":
                        seen.append(reading)
                        return

        waits = [asyncio.create_task(follow(f"t-{number}")) for number in range(50)]
        await clock.sleep(30)
        finish_early(films)
        await clock.sleep(30)
        for wait in waits:
            wait.cancel()
        poller.stop()
        return seen[0], len(seen)

    seen, count = run(judge())

    assert (seen.task_id, seen.results, count) == ("t-7", {"T": {"Status": "Processing"}}, 1)


def test_a_gate_that_joins_just_after_a_list_is_not_told_what_the_list_said() -> None:
    """It opens while its task runs, so that what it is told had better be a reading."""

    async def join() -> bool:
        clock = VirtualClock()
        films = Films(clock)
        poller = Poller(films, clock, per_second=100, in_bulk=True, jitter=lambda: 1.0)
        with poller.follow("t-0", waits_on=DEFAULT_PENDING) as first:
            await first.next()
            watch = poller._watches["t-0"]  # a list that comes within the second after a reading
            watch.rest(clock.now() + 20, task("Processing", "t-0"))
            with poller.follow("t-0", waits_on=frozenset({"Init"})) as second:
                seen = await second.next()
        poller.stop()
        return isinstance(seen, WorkflowTask) and seen.results is not None

    assert run(join())


async def _fifty_waits(
    leave: Callable[[contextlib.ExitStack, Poller], None], kind: type[Films] = Films, after: float = 60.0
) -> tuple[int, int, set[Any]]:
    """Wait for fifty tasks, leave after so many seconds; return the calls before and after, and what still goes on."""
    clock = VirtualClock()
    films = kind(clock)
    films.count = 50
    poller = Poller(films, clock, per_second=100, in_bulk=True, jitter=lambda: 1.0)
    with contextlib.ExitStack() as waits:
        for number in range(50):
            waits.enter_context(poller.follow(f"t-{number}", waits_on=DEFAULT_PENDING))
        await clock.sleep(after)
        assert films.searches
        before = films.calls
        leave(waits, poller)
        await clock.sleep(300)
        return before, films.calls, asyncio.all_tasks() - {asyncio.current_task()}


def test_tasks_that_nobody_waits_for_any_more_are_not_listed() -> None:
    before, after, _ = run(_fifty_waits(lambda waits, _: waits.close()))

    assert after == before


class Forgetful(Films):
    """Does not tell any more which workflow an ended task belongs to."""

    async def get_workflow_task(self, task_id: str) -> WorkflowTask:
        seen = await super().get_workflow_task(task_id)
        return dataclasses.replace(seen, workflow=None, workflow_id=None) if seen.finished else seen


def test_a_list_ends_with_its_tasks_though_their_last_answers_name_no_workflow() -> None:
    _, _, running = run(_fifty_waits(lambda waits, _: waits.close(), Forgetful, LENGTH + 60))

    assert running == set()


def test_a_stop_ends_lists_queue_and_polls() -> None:
    before, after, running = run(_fifty_waits(lambda _, poller: poller.stop()))

    assert (after, running) == (before, set())


@pytest.mark.parametrize(
    ("pages", "listed", "ended", "calls"), [(1, 1, 0, 2), (1, 50, 0, 2), (1, 51, 0, 3), (10, 1000, 7, 37), (9, 0, 0, 9)]
)
def test_a_list_costs_its_pages_the_controls_and_the_last_reads(
    pages: int, listed: int, ended: int, calls: int
) -> None:
    assert list_cost(pages, listed, ended) == calls


@pytest.mark.parametrize(("ages", "calls"), [([], 0), ([0.0], 20), ([200.0, 200.0], 4), ([86_400.0] * 3, 2)])
def test_single_reads_cost_what_their_ages_ask_for(ages: list[float], calls: float) -> None:
    assert read_cost(ages) == pytest.approx(calls)
