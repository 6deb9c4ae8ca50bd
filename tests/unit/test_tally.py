"""A group's tally: what opens it, what makes it hopeless, and what is remembered of each task."""

from __future__ import annotations

from typing import Any

import pytest

from ice_provider.acceptance import Rule
from ice_provider.errors import NotKnown
from ice_provider.tally import SHOWN_FAILURES, Standing, Tally
from support.cloud import task

IDS = ("a", "b", "c")


def counted(*statuses: str, needed: int | None = None, **rule: Any) -> Tally:
    """Return a tally of as many tasks as there are statuses; an empty one is not read."""
    tally = Tally(IDS[: len(statuses)], Rule.of(**rule), needed)
    for task_id, status in zip(IDS, statuses, strict=False):
        if status:
            tally.take(task(status, task_id))
    return tally


@pytest.mark.parametrize(
    ("statuses", "needed", "opens", "hopeless"),
    [
        (("Succeed", "Succeed", "Succeed"), None, True, False),
        (("Succeed", "Succeed", "Processing"), None, False, False),
        (("Succeed", "Succeed", ""), None, False, False),
        (("Succeed", "Succeed", "Failed"), None, False, True),
        (("", "", "Canceled"), None, False, True),
        (("", "", "Queued"), None, False, True),
        (("Succeed", "Succeed", "Failed"), 2, True, False),
        (("Succeed", "", "Failed"), 2, False, False),
        (("Succeed", "Failed", "Failed"), 2, False, True),
        (("", "", ""), 0, True, False),
        (("Failed", "Failed", "Failed"), 0, True, False),
        ((), 0, True, False),
        (("Succeed", "Processing"), 1, True, False),
    ],
)
def test_a_group_opens_with_enough_successes_and_is_hopeless_without_a_way_to_them(
    statuses: tuple[str, ...], needed: int | None, opens: bool, hopeless: bool
) -> None:
    tally = counted(*statuses, needed=needed)

    assert (tally.opens, tally.is_hopeless) == (opens, hopeless)


def test_a_task_is_counted_once_however_often_it_is_listed() -> None:
    assert Tally(["a", "a", "b"], Rule()).needed == 2


def test_a_task_that_ends_leaves_those_that_run() -> None:
    tally = counted("Processing", "Init", "Succeed")
    tally.take(task("Succeed", "a"))

    assert (tally.succeeded, dict(tally.running), tally.unsettled) == (("a", "c"), {"b": "Init"}, {"b"})
    assert tally.statuses == {"a": "Succeed", "b": "Init", "c": "Succeed"}


def test_the_counts_are_of_every_task_once() -> None:
    tally = Tally(["a", "b", "c", "d", "e"], Rule(), 2)
    tally.take(task("Succeed", "a"))
    tally.take(task("Failed", "b"))
    tally.take(task("Processing", "c"))
    tally.missing["d"] = NotKnown("not known")

    standing = tally.standing

    assert standing == Standing(total=5, needed=2, succeeded=1, failed=1, running=1, missing=1)
    assert standing.unread == 1


def test_a_success_that_misses_the_condition_counts_as_failed() -> None:
    tally = counted("Succeed", condition="workflowId == 'another'")

    assert (tally.succeeded, tally.failed) == ((), ("a",))
    assert "does not meet the condition" in tally.reasons["a"].headline


def test_the_first_failed_tasks_are_kept_whole_but_for_what_may_be_secret() -> None:
    names = [f"t-{number}" for number in range(SHOWN_FAILURES + 5)]
    tally = Tally(names, Rule())
    for name in names:
        tally.take(task("Failed", name, user_data="callback"))

    assert [kept.task_id for kept in tally.failed_tasks] == names[:SHOWN_FAILURES]
    assert {kept.user_data for kept in tally.failed_tasks} == {None}
    assert len(tally.reasons) == len(names)


def test_a_task_that_is_known_again_is_no_longer_missing() -> None:
    tally = Tally(["a"], Rule())
    tally.missing["a"] = NotKnown("not known")

    tally.take(task("Processing", "a"))

    assert tally.standing == Standing(total=1, needed=1, succeeded=0, failed=0, running=1)


def test_a_success_that_was_recorded_counts_without_being_read() -> None:
    tally = Tally(["a"], Rule())

    tally.recall("a", "Succeed")

    assert (tally.opens, tally.statuses, tally.unsettled) == (True, {"a": "Succeed"}, frozenset())
