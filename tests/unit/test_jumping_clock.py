"""Time that jumps once nothing happens without it."""

from __future__ import annotations

import asyncio

import pytest

from support.clock import JumpingClock


async def turn(times: int) -> None:
    for _ in range(times):
        await asyncio.sleep(0)


async def test_a_deadline_is_not_over_before_what_it_limits_had_its_turns() -> None:
    clock = JumpingClock()
    waits = asyncio.create_task(clock.sleep(3600))
    await turn(95)  # of the hundred after which time would jump

    async with clock.deadline(clock.now() + 5):
        await turn(50)

    waits.cancel()


async def test_a_deadline_ends_what_hangs() -> None:
    clock = JumpingClock()
    began = clock.now()

    with pytest.raises(TimeoutError):
        async with clock.deadline(began + 5):
            await asyncio.Event().wait()

    assert clock.now() - began == 5
