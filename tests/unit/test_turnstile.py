"""Whose turn it is: what the poller's tests do not see of the turnstile."""

from __future__ import annotations

import asyncio
import math

import pytest

from ice_provider.allowance import BURST, Allowance
from ice_provider.errors import Unreachable
from ice_provider.turnstile import Lane, Turnstile
from support.clock import JumpingClock


async def test_whoever_has_been_due_the_longest_goes_first() -> None:
    clock = JumpingClock()
    turnstile = Turnstile(Allowance(1.0, luck=lambda: 0.5), clock)
    made: list[float] = []

    async def call(due: float) -> None:
        async def make() -> None:
            made.append(due)

        await turnstile.call(make, Lane.WAIT, due)

    burst = [float(number) for number in range(BURST)]
    await asyncio.gather(*(call(due) for due in [*burst, 990.0, 980.0, 999.0, 985.0]))

    assert made == [*burst, 980.0, 985.0, 990.0, 999.0]


async def test_a_probe_without_an_answer_does_not_end_the_silence_after_refusals() -> None:
    clock = JumpingClock()
    allowance = Allowance(20.0, luck=lambda: 0.5)
    for _ in range(2):
        allowance.answered(clock.now(), throttled=True, waited=True)

    async def fail() -> None:
        raise Unreachable("no route")

    with pytest.raises(Unreachable):
        await Turnstile(allowance, clock).call(fail, Lane.WAIT)

    allowance.spend()  # the next one is a probe again
    assert allowance.wait(clock.now() + 100) == math.inf
