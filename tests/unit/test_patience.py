"""How long a wait bears trouble: a table of readings and moments."""

from __future__ import annotations

import pytest

from ice_provider.errors import BrokenAnswer, NotKnown, ProviderError, Throttled, Unreachable
from ice_provider.model import WorkflowTask
from ice_provider.patience import Patience, Troubles
from support.cloud import task

GOOD, NONE, DOWN = task("Processing"), NotKnown("not known"), Unreachable("down")
Readings = list[tuple[float, WorkflowTask | ProviderError]]


def borne(readings: Readings) -> bool:
    """Return whether the last of these readings, seconds after the beginning, is borne."""
    patience = Patience(began=100.0)
    *before, last = [patience.bears(reading, 100 + seconds) for seconds, reading in readings]
    assert all(before)
    return last


def told(**readings: Readings) -> ProviderError | None:
    """Return the trouble to tell of after these readings of some tasks, at the moment of the last of all."""
    troubles, all_ = Troubles(), [(moment, name, one) for name, each in readings.items() for moment, one in each]
    for moment, name, reading in sorted(all_, key=lambda told: told[0]):
        troubles.note(name, reading, moment)
    return troubles.lasting(max(moment for moment, _, _ in all_))


@pytest.mark.parametrize(
    ("readings", "is_borne"),
    [
        ([(0, NONE)], True),
        ([(0, NONE), (29.9, NONE)], True),
        ([(0, NONE), (30, NONE)], False),
        ([(0, GOOD), (50, NONE)], True),
        ([(0, GOOD), (50, NONE), (59.9, NONE)], True),
        ([(0, GOOD), (50, NONE), (60, NONE)], False),
        ([(0, GOOD), (5, NONE), (29.9, NONE)], True),
        ([(0, GOOD), (5, NONE), (30, NONE)], False),
        ([(0, NONE), (25, GOOD), (26, NONE), (54.9, NONE)], True),
        ([(0, NONE), (25, GOOD), (26, NONE), (55, NONE)], False),
    ],
)
def test_not_known_is_borne_for_thirty_seconds_from_the_beginning_or_the_last_good_reading(
    readings: Readings, is_borne: bool
) -> None:
    assert borne(readings) == is_borne


@pytest.mark.parametrize(
    ("readings", "is_borne"),
    [
        ([(0, DOWN), (60, DOWN), (61, NONE)], True),
        ([(0, DOWN), (61, NONE), (70.9, NONE)], True),
        ([(0, DOWN), (61, NONE), (71, NONE)], False),
        ([(61, NONE)], True),
        ([(0, NONE), (28, DOWN), (31, NONE)], True),
        ([(0, NONE), (28, Throttled("slow")), (31, NONE)], False),
    ],
)
def test_one_answer_after_an_outage_is_not_believed_at_once(readings: Readings, is_borne: bool) -> None:
    assert borne(readings) == is_borne


@pytest.mark.parametrize("fault", [DOWN, Throttled("slow"), BrokenAnswer("html")], ids=repr)
def test_any_other_fault_is_borne_for_ever(fault: ProviderError) -> None:
    assert borne([(0, fault), (1e6, fault)])


@pytest.mark.parametrize(
    ("readings", "is_told"),
    [
        ([(0, GOOD)], False),
        ([(0, DOWN), (9.9, DOWN)], False),
        ([(0, DOWN), (10, NONE)], True),
        ([(0, DOWN), (9, GOOD), (18, DOWN)], False),
        ([(0, DOWN), (9, GOOD), (12, DOWN), (22, DOWN)], True),
    ],
)
def test_trouble_is_told_of_once_it_has_lasted_for_ten_seconds(readings: Readings, is_told: bool) -> None:
    assert (told(a=readings) is not None) == is_told


def test_of_several_troubles_the_one_that_has_lasted_longest_is_told() -> None:
    assert told(a=[(0, DOWN), (12, DOWN)], b=[(1, NONE), (12, NONE)], c=[(0, NONE), (11, GOOD)]) is DOWN


def test_the_trouble_of_a_task_that_is_asked_about_no_more_is_forgotten() -> None:
    troubles = Troubles()
    troubles.note("a", DOWN, 0.0)

    troubles.forget("a")

    assert troubles.lasting(100.0) is None
