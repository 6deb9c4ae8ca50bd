"""Bulk reading where the list is late, refused, throttled or not to be had: nobody waits any longer for it."""

from __future__ import annotations

import contextlib
import functools
from collections import Counter
from collections.abc import Container
from typing import Any

import pytest

from ice_provider.acceptance import DEFAULT_PENDING
from ice_provider.allowance import Allowance
from ice_provider.bulk import BulkReads, _Listed, _Rounds
from ice_provider.cloud import Search
from ice_provider.errors import Denied, Throttled, Unreachable
from ice_provider.model import Workflow, WorkflowTask
from ice_provider.pacing import Retries, RetryBudget
from ice_provider.poller import Poller
from ice_provider.turnstile import Turnstile
from ice_provider.watch import Stage
from support.clock import JumpingClock
from support.cloud import ScriptedCloud, task
from support.films import Films, waited_for
from support.virtual_time import VirtualClock, run


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
