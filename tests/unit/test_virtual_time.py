"""Time that jumps to the next moment that anything waits for."""

from __future__ import annotations

import asyncio

import pytest

from support.virtual_time import VirtualClock, run


async def sleepers(clock: VirtualClock) -> list[tuple[str, float]]:
    began, woken = clock.now(), []

    async def sleep(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.now() - began))

    await asyncio.gather(sleep("late", 7200.0), sleep("early", 0.5), sleep("at once", 0.0))
    return woken


def test_hours_take_no_time_and_everyone_wakes_at_the_right_moment() -> None:
    clock = VirtualClock()

    woken = run(sleepers(clock))

    assert woken == [("at once", 0.0), ("early", pytest.approx(0.5)), ("late", pytest.approx(7200.0))]
    assert clock.longest_sleep == 7200.0


def test_a_deadline_ends_what_hangs_and_the_wall_clock_goes_along() -> None:
    clock = VirtualClock(wall=100.0)

    async def hang() -> float:
        with pytest.raises(TimeoutError):
            async with clock.deadline(clock.now() + 3600):
                await asyncio.Event().wait()
        return clock.wall()

    assert run(hang()) == pytest.approx(3700.0)


def test_a_wait_that_nothing_can_end_is_an_error_and_does_not_hang() -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="nothing would ever happen again"):
        run(hang())
