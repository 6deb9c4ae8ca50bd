"""Bulk reading: one list in the place of many reads, where that is fewer calls, and never in the place of the last one."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
from collections import Counter
from collections.abc import Callable, Container
from typing import Any

import pytest

from ice_provider import times
from ice_provider.acceptance import DEFAULT_PENDING
from ice_provider.allowance import Allowance
from ice_provider.bulk import BulkReads, _Listed, _Rounds, list_cost, read_cost
from ice_provider.cloud import Page, Search
from ice_provider.errors import Denied, Rejected, Throttled, Unreachable
from ice_provider.model import Workflow, WorkflowTask
from ice_provider.pacing import Retries, RetryBudget
from ice_provider.poller import Poller
from ice_provider.turnstile import Turnstile
from ice_provider.watch import Stage
from support.clock import JumpingClock
from support.cloud import ScriptedCloud, task
from support.virtual_time import VirtualClock, run

LENGTH = 600.0  # seconds


class Films:
    """Implements `ice_provider.cloud.Cloud`: tasks of one workflow, made when it begins, that last for ten minutes.

    Attributes:
        lengths: Seconds that tasks last, by ID, where that is not ten minutes.
        behind: Seconds that the list is behind.
        ahead: Seconds that its clock is ahead of ours.
        strangers: Tasks of the same workflow that nobody waits for.
        refusal: What a list is answered with instead.
        reads: How often each task was read.
        searches: What was listed.
        throttled_pages: Which calls of a list are throttled, counted from 0.
        refused_pages: Which are refused as a token that has expired is; likewise.
        statuses: Words that a task has before it ends, by ID, in the place of Processing.
    """

    region, notes, caller = "cn-shanghai", (), "the key"

    def __init__(self, clock: VirtualClock, *, behind: float = 0.0, strangers: int = 0, ahead: float = 0.0) -> None:
        self.behind, self.strangers, self.ahead = behind, strangers, ahead
        self.refusal: Exception | None = None
        self.reads: Counter[str] = Counter()
        self.searches: list[Search] = []
        self.statuses: dict[str, str] = {}
        self.lengths: dict[str, float] = {}
        self.throttled_pages: set[int] = set()
        self.refused_pages: Container[int] = ()
        self.count = 0
        self._clock = clock
        self._made = self._now()

    @property
    def calls(self) -> int:
        return len(self.searches) + self.reads.total()

    async def get_workflow_task(self, task_id: str) -> WorkflowTask:
        self.reads[task_id] += 1
        await asyncio.sleep(0.1)
        return self._task(task_id, self._now(), activity_results='{"T": {"Status": "Processing"}}')

    async def list_workflow_tasks(self, search: Search, token: str | None) -> Page:
        self.searches.append(search)
        await asyncio.sleep(0.1)
        if self.refusal:
            raise self.refusal
        if len(self.searches) - 1 in self.throttled_pages:
            raise Throttled("slow down")
        if token and len(self.searches) - 1 in self.refused_pages:
            raise Rejected("cannot list workflow tasks: InvalidParameter.NextToken")
        names = [f"t-{number}" for number in range(self.count + self.strangers)]
        place = int(token or 0)
        page = [self._task(name, self._now() - self.behind) for name in names[place : place + 100]]
        return Page(tuple(page), str(place + 100) if place + 100 < len(names) else None)

    async def close(self) -> None:
        """Nothing to let go of."""

    def _now(self) -> float:
        return self._clock.wall() + self.ahead

    def _task(self, task_id: str, now: float, **fields: Any) -> WorkflowTask:
        is_over = now - self._made >= self.lengths.get(task_id, LENGTH)
        status = "Succeed" if is_over else self.statuses.get(task_id, "Processing")
        return task(status, task_id, create_time=times.told(self._made), **fields)


def waited_for(count: int, *, in_bulk: bool = True, **films: Any) -> tuple[Films, Poller, float]:
    """Wait for so many tasks; return what was asked, the poller, and how many seconds after its end the last was seen."""
    return run(_wait(count, in_bulk=in_bulk, **films))


async def _wait(
    count: int,
    *,
    in_bulk: bool,
    per_second: float = 100,
    prepare: Callable[[Films], None] = lambda _: None,
    kind: type[Films] = Films,
    **films: Any,
) -> tuple[Films, Poller, float]:
    clock = VirtualClock()
    cloud = kind(clock, **films)
    cloud.count, began = count, clock.now()
    prepare(cloud)
    poller = Poller(cloud, clock, per_second=per_second, in_bulk=in_bulk, jitter=lambda: 1.0)

    async def wait(task_id: str) -> None:
        with poller.follow(task_id, waits_on=DEFAULT_PENDING) as follower:
            while not (isinstance(seen := await follower.next(), WorkflowTask) and seen.succeeded):
                pass
        assert seen.results is not None  # never from the list

    await asyncio.gather(*(wait(f"t-{number}") for number in range(count)))
    poller.stop()
    return cloud, poller, clock.now() - began - LENGTH


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


@pytest.mark.parametrize(("seconds", "is_over"), [(-90, False), (50, False), (70, True)])
def test_a_page_is_behind_only_by_what_was_read_before_it_was_fetched(seconds: float, is_over: bool) -> None:
    """The pages of a long list come in long after each other, and reads go on meanwhile."""
    clock = JumpingClock()
    rounds = _Rounds(clock)
    rounds.take({"t-1": _Listed(task("Init"), clock.now())}, until=clock.now())
    rounds.compare(task("Processing"))

    rounds.take({"t-1": _Listed(task("Init"), clock.now() + seconds)}, until=clock.now())

    assert rounds.is_over == is_over


def test_an_answer_that_was_long_on_its_way_does_not_end_lists_that_keep_up() -> None:
    """It is from before the list, and comes in after it; so the task is read again, before any other."""

    async def listing() -> tuple[Counter[str], tuple[str, ...]]:
        clock = VirtualClock()
        films = Films(clock)
        films.count, films.statuses = 50, {"t-7": "Init"}
        poller = Poller(films, clock, per_second=100, in_bulk=True, jitter=lambda: 1.0)
        with contextlib.ExitStack() as waits:
            for number in range(50):
                waits.enter_context(poller.follow(f"t-{number}", waits_on=DEFAULT_PENDING))
            await clock.sleep(30)
            films.statuses = {}
            await clock.sleep(20)
            poller._bulk.was_read(poller._watches["t-7"])  # type: ignore[union-attr]
            films.reads.clear()
            await clock.sleep(100)
        return films.reads, poller.notes

    reads, notes = run(listing())

    assert (reads["t-7"], notes) == (1, ())


def test_a_clock_that_is_off_makes_no_task_too_old_to_be_listed() -> None:
    right, _, _ = waited_for(100)
    off, _, _ = waited_for(100, ahead=-90 * 24 * 3600.0)

    assert len(off.searches) == len(right.searches)


def test_what_a_throttled_page_has_cost_is_earned_back_by_the_page() -> None:
    async def listing() -> int:
        clock = VirtualClock()
        films, budget = Films(clock), RetryBudget(left=100)
        films.count, films.throttled_pages = 1, {0}
        turnstile = Turnstile(Allowance(100, jitter=lambda: 1.0), clock)
        bulk = BulkReads(films, turnstile, functools.partial(Retries, budget), clock, lambda: 1.0)
        await bulk._page(Search(workflow_id="wf-1"), None, clock.now())
        return budget.left

    assert run(listing()) == 100


def test_what_a_throttled_read_has_cost_is_earned_back_though_a_list_comes_first() -> None:
    async def waiting() -> int:
        clock, others = VirtualClock(), ("t-2", "t-3", "t-4")
        cloud = ScriptedCloud(
            task("Processing"),
            Throttled("slow down"),
            task("Processing"),
            others={name: [task("Init", name)] for name in others},
        )
        poller = Poller(cloud, clock, per_second=0.1, jitter=lambda: 1.0)
        with poller.follow("t-1", waits_on=DEFAULT_PENDING):
            for name in others:
                await poller.read(name, within=30)
            await clock.sleep(5)
            watch = poller._watches["t-1"]
            assert (watch.stage, cloud.calls["t-1"]) == (Stage.QUEUES, 2)
            watch.rest(clock.now() + 20, task("Processing"))
            await clock.sleep(20.5)
        assert cloud.calls["t-1"] == 3
        return poller._retries().budget.left

    assert run(waiting()) == 500


def test_a_page_that_was_throttled_is_asked_for_again_and_the_list_goes_on() -> None:
    def throttle(films: Films) -> None:
        films.throttled_pages = set(range(1, 60, 2))

    films, _, late = waited_for(300, prepare=throttle)

    assert films.reads.total() < 300 * 8
    assert late < 60


@pytest.mark.parametrize("seconds", [130.0, 3600.0])
def test_a_list_that_falls_more_than_a_minute_behind_is_given_up_with_one_note(seconds: float) -> None:
    _, poller, late = waited_for(200, behind=seconds)

    assert len(poller.notes) == 1
    assert "is more than 60s behind: they are read one by one" in poller.notes[0]
    assert late < 90  # a control sees it within 20 s, and then nobody rests any longer


def test_whoever_may_not_list_is_told_so_once_and_reads_one_by_one() -> None:
    def forbid(films: Films) -> None:
        films.refusal = Denied("not allowed to list workflow tasks: NoPermission", [("next", "ice:ListWorkflowTasks")])

    films, poller, late = waited_for(100, prepare=forbid)

    assert (len(films.searches), len(poller.notes)) == (1, 1)
    assert "ice:bulkReads is auto: not allowed to list workflow tasks" in poller.notes[0]
    assert "ice:ListWorkflowTasks" in poller.notes[0]
    assert late < 35


class Twin(Films):
    """Half of the tasks belong to another workflow."""

    def _task(self, task_id: str, now: float, **fields: Any) -> WorkflowTask:
        flow = Workflow(workflow_id=f"wf-{int(task_id[2:]) % 2}")
        return super()._task(task_id, now, workflow=flow, **fields)


def test_whoever_may_not_list_two_workflows_is_told_so_once() -> None:
    def forbid(films: Films) -> None:
        films.refusal = Denied("not allowed to list workflow tasks: NoPermission")

    films, poller, _ = waited_for(100, prepare=forbid, kind=Twin)

    assert (len(films.searches), len(poller.notes)) == (2, 1)


@pytest.mark.parametrize(
    ("refused", "lists", "notes"), [({4}, 30, 0), (range(1000), 2, 1)], ids=["once", "again and again"]
)
def test_a_list_that_is_refused_after_its_first_page_is_begun_anew_once(
    refused: Container[int], lists: int, notes: int
) -> None:
    def refuse(films: Films) -> None:
        films.refused_pages = refused

    films, poller, late = waited_for(300, prepare=refuse)

    assert len(films.searches) / 3 == pytest.approx(lists, abs=2)
    assert (len(poller.notes), late < 35) == (notes, True)


def test_while_the_list_cannot_be_had_tasks_are_read_one_by_one() -> None:
    def break_down(films: Films) -> None:
        films.refusal = Unreachable("down")

    films, poller, late = waited_for(100, prepare=break_down)

    assert films.reads.total() > 100 * 60
    assert (late < 35, poller.notes) == (True, ())


@pytest.mark.parametrize("refusal", [Denied("no"), Unreachable("down")], ids=repr)
def test_nobody_rests_any_longer_for_a_list_that_was_not_to_be_had(refusal: Exception) -> None:
    def refuse(films: Films) -> None:
        films.refusal = refusal
        films.lengths = {f"t-{number}": 15.0 for number in range(100)}

    _, _, single = waited_for(100, in_bulk=False, prepare=refuse)
    films, _, bulk = waited_for(100, prepare=refuse)

    assert films.searches
    assert bulk == pytest.approx(single, abs=0.5)


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


def test_a_fault_of_a_task_that_lists_stand_in_for_is_asked_again_as_soon_as_any() -> None:
    async def read() -> float:
        clock = VirtualClock()
        poller = Poller(
            ScriptedCloud(task("Processing"), Unreachable("once"), task("Processing")), clock, per_second=100
        )
        with poller.follow("t-1", waits_on=DEFAULT_PENDING) as waiting:
            await waiting.next()
            poller._watches["t-1"].rest(clock.now() + 20, task("Processing"))
            began = clock.now()
            await poller.read("t-1", within=30)
        return clock.now() - began

    assert run(read()) < 1


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
