"""How fast to ask, and when to ask again: tables."""

from __future__ import annotations

import pytest

from ice_provider.errors import Throttled, Transient, Unreachable
from ice_provider.pacing import THROTTLED, TRANSIENT, Retries, RetryBudget, backoff, pause

FAULT, REFUSAL = Unreachable("no answer"), Throttled("slowed down")


@pytest.mark.parametrize(
    ("age", "jitter", "seconds"),
    [
        (0, 1.0, 1.0),
        (0, 0.0, 0.9),
        (20, 1.0, 1.0),
        (40, 1.0, 2.0),
        (40, 0.5, 1.9),
        (300, 1.0, 15.0),
        (600, 1.0, 30.0),
        (600, 0.0, 27.0),
        (1e9, 1.0, 30.0),
    ],
)
def test_an_old_wait_polls_less_often(age: float, jitter: float, seconds: float) -> None:
    assert pause(age, jitter) == pytest.approx(seconds)


def test_a_fault_is_asked_again_after_a_doubling_pause_of_at_most_twenty_seconds() -> None:
    assert [backoff(TRANSIENT, i, 1.0) for i in range(11)] == pytest.approx(
        [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 20, 20]
    )
    assert [backoff(THROTTLED, i, 1.0) for i in range(7)] == pytest.approx([1, 2, 4, 8, 16, 20, 20])
    assert [backoff(THROTTLED, 2, jitter) for jitter in (0.0, 0.25, 0.5)] == pytest.approx([0, 1, 2])
    assert backoff(TRANSIENT, 100_000, 1.0) == pytest.approx(20)


@pytest.mark.parametrize(("asked", "seconds"), [(1.5, 1.5), (0.0, 0.05), (10.0, 5.05), (-1.0, 0.05), (1e9, 5.05)])
def test_a_pause_that_the_service_asks_for_is_kept_within_five_seconds_of_our_own(asked: float, seconds: float) -> None:
    assert backoff(TRANSIENT, 0, 1.0, asked) == pytest.approx(seconds)


def test_a_budget_pays_for_a_hundred_throttled_answers() -> None:
    budget = RetryBudget()

    assert [budget.spend(THROTTLED) for _ in range(101)] == [5] * 100 + [0]


@pytest.mark.parametrize(
    ("faults", "left"),
    [([], 101), ([FAULT], 100), ([REFUSAL], 100), ([FAULT] * 3, 72), ([FAULT, REFUSAL], 86)],
    ids=lambda faults: "+".join(type(fault).__name__ for fault in faults) if isinstance(faults, list) else None,
)
def test_a_good_answer_gives_back_what_the_last_attempt_cost_or_a_little_if_it_was_the_first(
    faults: list[Transient], left: int
) -> None:
    budget = RetryBudget(left=100)
    retries = Retries(budget)
    for fault in faults:
        retries.after(fault, jitter=1.0)
    retries.succeeded()

    assert budget.left == left


def test_an_attempt_that_the_budget_did_not_pay_for_gives_little_back() -> None:
    budget = RetryBudget(left=13)
    retries = Retries(budget)

    at_leisure = retries.after(FAULT, jitter=1.0)
    retries.succeeded()
    soon = retries.after(FAULT, jitter=1.0)

    assert (at_leisure, soon, budget.left) == (1.0, 0.05, 0)


def test_a_budget_never_overflows() -> None:
    budget = RetryBudget(left=495)
    budget.earn(14)

    assert budget.left == 500
