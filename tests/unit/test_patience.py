"""How long a wait bears trouble: a table of readings and moments."""

from __future__ import annotations

import pytest

from ice_provider.errors import BrokenAnswer, NotKnown, ProviderError, Throttled, Unreachable
from ice_provider.model import WorkflowTask
from ice_provider.patience import Patience
from support.cloud import task

GOOD, NONE, DOWN = task("Processing"), NotKnown("not known"), Unreachable("down")
Readings = list[tuple[float, WorkflowTask | ProviderError]]


def after(readings: Readings) -> tuple[bool, bool]:
    """Return whether the last of these readings, seconds after the beginning, is borne, and whether to tell of it."""
    patience = Patience(began=100.0)
    borne = [patience.bears(reading, 100 + seconds) for seconds, reading in readings]
    assert all(borne[:-1])
    return borne[-1], patience.is_tried(100 + readings[-1][0])


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
    assert after(readings)[0] == is_borne


@pytest.mark.parametrize(
    ("readings", "is_borne"),
    [
        ([(0, DOWN), (60, DOWN), (61, NONE)], True),
        ([(0, DOWN), (61, NONE), (70.9, NONE)], True),
        ([(0, DOWN), (61, NONE), (71, NONE)], False),
        ([(61, NONE)], True),
        ([(0, NONE), (28, DOWN), (31, NONE)], True),
    ],
)
def test_one_answer_after_an_outage_is_not_believed_at_once(readings: Readings, is_borne: bool) -> None:
    assert after(readings)[0] == is_borne


@pytest.mark.parametrize("fault", [DOWN, Throttled("slow"), BrokenAnswer("html")], ids=repr)
def test_any_other_fault_is_borne_for_ever(fault: ProviderError) -> None:
    assert after([(0, fault), (1e6, fault)])[0]


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
    assert after(readings)[1] == is_told
