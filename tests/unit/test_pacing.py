"""How fast to ask, and when to ask again: tables."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ice_provider.pacing import TokenBucket, backoff, pause


@pytest.mark.parametrize(
    ("age", "luck", "seconds"),
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
def test_an_old_wait_polls_less_often(age: float, luck: float, seconds: float) -> None:
    assert pause(age, luck) == pytest.approx(seconds)


def test_a_fault_is_asked_again_after_a_doubling_pause_of_at_most_twenty_seconds() -> None:
    assert [backoff("transient", i, 1.0) for i in range(11)] == pytest.approx(
        [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 20, 20]
    )
    assert [backoff("throttled", i, 1.0) for i in range(7)] == pytest.approx([1, 2, 4, 8, 16, 20, 20])
    assert [backoff("throttled", 2, luck) for luck in (0.0, 0.25, 0.5)] == pytest.approx([0, 1, 2])
    assert backoff("transient", 100_000, 1.0) == pytest.approx(20)


@pytest.mark.parametrize(("asked", "seconds"), [(1.5, 1.5), (0.0, 0.05), (10.0, 5.05), (-1.0, 0.05), (1e9, 5.05)])
def test_a_pause_that_the_service_asks_for_is_kept_within_five_seconds_of_our_own(asked: float, seconds: float) -> None:
    assert backoff("transient", 0, 1.0, asked) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("moments", "delays"),
    [
        ([0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0.1, 0.2, 0.3]),
        ([0, 0, 0, 0, 0, 0, 0.1, 0.5], [0, 0, 0, 0, 0, 0.1, 0.1, 0]),
        ([0, 100, 100, 100, 100, 100, 100], [0, 0, 0, 0, 0, 0, 0.1]),
    ],
)
def test_calls_beyond_the_burst_are_spread_in_the_order_they_came(moments: list[float], delays: list[float]) -> None:
    bucket = TokenBucket(10.0)

    assert [bucket.take(moment) for moment in moments] == pytest.approx(delays)


@given(st.floats(0.1, 1000), st.lists(st.floats(0, 10), min_size=1, max_size=200))
def test_no_second_ever_sees_more_than_the_rate_and_one_burst(rate: float, gaps: list[float]) -> None:
    bucket = TokenBucket(rate)
    uses = [moment + bucket.take(moment) for moment in itertools.accumulate(gaps)]

    assert uses == sorted(uses)
    for start in uses:
        assert sum(start <= use < start + 1 for use in uses) <= rate + bucket.burst + 1
