"""How many calls may be made: AWS's tables for CUBIC and the sending rate, and the rules that we add.

The tables are those of botocore's `tests/unit/retries/test_throttling.py` and of smithy's adaptive retry tests.
"""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ice_provider.allowance import BURST, Allowance, CubicRate, cubic

AWS: float = 0.4


@pytest.mark.parametrize(
    ("moment", "rate"),
    [
        (5, 7.0),
        (6, 9.64893600966),
        (7, 10.000030849917364),
        (8, 10.453284520772092),
        (9, 13.408697022224185),
        (10, 21.26626835427364),
        (11, 36.425998516920465),
    ],
)
def test_the_rate_grows_by_the_cube_of_time(moment: float, rate: float) -> None:
    assert cubic(moment - 5, 10.0, AWS) == pytest.approx(rate)


def test_the_rate_is_cut_and_grows_again_from_there() -> None:
    """Throttled at 7 and at 8."""
    peak, cut_at, rate, rates = 10.0, 5.0, 7.0, []
    for moment in range(5, 13):
        if moment in {7, 8}:
            peak, cut_at = rate, float(moment)
            rate = peak * 0.7
        else:
            rate = cubic(moment - cut_at, peak, AWS)
        rates.append(rate)

    assert rates == pytest.approx(
        [
            7.0,
            9.64893600966,
            6.754255206761999,
            4.727978644733399,
            6.606547753887045,
            6.763279816944947,
            7.598174833907107,
            11.511232804773524,
        ]
    )


def test_the_sending_rate_follows_the_answers() -> None:
    """One answer every 0.2 s, throttled at 2.0 and at 3.2: rate measured, rate to send at."""
    table = [
        (0.2, 0, 0.5),
        (0.4, 0, 0.5),
        (0.6, 4.8, 0.5),
        (0.8, 4.8, 0.5),
        (1.0, 4.16, 0.5),
        (1.2, 4.16, 0.6912),
        (1.4, 4.16, 1.0976),
        (1.6, 5.632, 1.6384),
        (1.8, 5.632, 2.3328),
        (2.0, 4.3264, 3.02848),
        (2.2, 4.3264, 3.486639),
        (2.4, 4.3264, 3.821874),
        (2.6, 5.66528, 4.053386),
        (2.8, 5.66528, 4.200373),
        (3.0, 4.333056, 4.282037),
        (3.2, 4.333056, 2.997426),
        (3.4, 4.333056, 3.452226),
    ]
    rate = CubicRate(scale=AWS)
    seen = []
    for moment, _, _ in table:
        rate.answered(moment, throttled=moment in {2.0, 3.2})
        seen.append((moment, rate.measured, rate.rate))

    assert [value for row in seen for value in row] == pytest.approx(
        [value for row in table for value in row], rel=1e-6
    )


def test_the_rate_is_at_most_twice_that_of_the_answers() -> None:
    rate = CubicRate(scale=AWS)
    rate.answered(0.5, throttled=True)
    for second in range(1, 100):
        rate.answered(float(second), throttled=False)

    assert (rate.measured, rate.rate) == pytest.approx((1.0, 2.0))


def lucky(ceiling: float) -> Allowance:
    return Allowance(ceiling, jitter=lambda: 0.5)


def moments(allowance: Allowance, arrivals: list[float]) -> list[float]:
    """Return when each call is made, of those who come at these moments and queue."""
    made, now = [], 0.0
    for arrival in arrivals:
        now = max(now, arrival)
        while pause := allowance.wait(now):
            now += pause
        allowance.spend()
        made.append(now)
    return made


@pytest.mark.parametrize(
    ("arrivals", "made"),
    [
        ([0] * 8, [0, 0, 0, 0, 0, 0.1, 0.2, 0.3]),
        ([0, 0, 0, 0, 0, 0, 0.1, 0.5], [0, 0, 0, 0, 0, 0.1, 0.2, 0.5]),
        ([0, *[100] * 6], [0, 100, 100, 100, 100, 100, 100.1]),
    ],
)
def test_calls_beyond_the_burst_are_spread(arrivals: list[float], made: list[float]) -> None:
    assert moments(lucky(10.0), arrivals) == pytest.approx(made)


@given(st.floats(0.1, 1000), st.lists(st.floats(0, 10), min_size=1, max_size=100))
def test_no_second_ever_sees_more_than_the_rate_and_one_burst(rate: float, gaps: list[float]) -> None:
    made = moments(lucky(rate), list(itertools.accumulate(gaps)))

    for start in made:
        assert sum(start <= moment < start + 1 for moment in made) <= rate + BURST + 1


def test_until_an_answer_is_throttled_the_rate_is_the_ceiling() -> None:
    allowance = lucky(20.0)
    for number in range(100):
        allowance.answered(number / 20, throttled=False, waited=True)

    assert allowance.rate == 20.0


def test_a_throttled_answer_cuts_the_rate_which_recovers_to_the_ceiling_and_no_further() -> None:
    allowance = lucky(20.0)
    for number in range(100):
        allowance.answered(number / 20, throttled=False, waited=True)
    allowance.answered(5.0, throttled=True, waited=True)
    cut = allowance.rate
    for number in range(600):
        allowance.answered(5.0 + number / 20, throttled=False, waited=True)

    assert cut == pytest.approx(14.0, rel=0.1)
    assert allowance.rate == 20.0


def test_answers_to_calls_that_did_not_have_to_wait_do_not_raise_the_rate() -> None:
    allowance = lucky(20.0)
    allowance.answered(5.0, throttled=True, waited=True)
    for number in range(600):
        allowance.answered(5.0 + number / 20, throttled=False, waited=False)

    assert allowance.rate == 0.5


def test_after_two_refusals_in_a_row_one_call_at_a_time_probes_after_a_doubling_silence() -> None:
    allowance, now, silences = lucky(20.0), 100.0, []
    allowance.answered(now, throttled=True, waited=True)
    for _ in range(7):
        allowance.answered(now, throttled=True, waited=True)
        silences.append(round(allowance.wait(now), 6))
        now += silences[-1]
        allowance.spend()
        assert allowance.wait(now + 100) == math.inf

    assert silences == [1, 2, 4, 8, 16, 16, 16]


def test_a_probe_that_is_answered_well_ends_the_silence() -> None:
    allowance = lucky(20.0)
    for _ in range(2):
        allowance.answered(100.0, throttled=True, waited=True)
    allowance.wait(101.0)
    allowance.spend()

    allowance.answered(101.5, throttled=False, waited=True)

    assert allowance.wait(110.0) == 0


def test_refusals_of_calls_from_before_the_silence_do_not_prolong_it() -> None:
    allowance = lucky(20.0)
    for _ in range(64):
        allowance.answered(100.0, throttled=True, waited=True)

    assert allowance.wait(100.0) == pytest.approx(2.0, abs=1)
