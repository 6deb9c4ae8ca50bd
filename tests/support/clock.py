"""A clock whose time passes only when nothing else happens. Hours take milliseconds, and nothing is measured."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

_TURNS = 100  # of the event loop, after which everything that could happen without time has happened


class JumpingClock:
    """Implements `ice_provider.clock.Clock`: jumps to the next moment that someone waits for.

    Attributes:
        held: While true, time stands still.
    """

    def __init__(self, wall: float = 1_672_797_917.0) -> None:  # 2023-01-04T02:05:17Z, the task of the API's page
        self.held = False
        self._time = 1000.0
        self._wall = wall - self._time
        self._order = itertools.count()
        self._moments: list[tuple[float, int, Callable[[], None]]] = []
        self._driver: asyncio.Task[None] | None = None
        self._turns = 0  # since anything happened

    def now(self) -> float:
        return self._time

    def wall(self) -> float:
        return self._wall + self._time

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        passed = asyncio.Event()
        self._at(self._time + seconds, passed.set)
        await passed.wait()

    @asynccontextmanager
    async def deadline(self, at: float) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(None) as timeout:
            over = False

            def expire() -> None:
                if not over:
                    timeout.reschedule(loop.time())

            self._at(at, expire)
            try:
                yield
            finally:
                over = True

    def _at(self, moment: float, happens: Callable[[], None]) -> None:
        heapq.heappush(self._moments, (moment, next(self._order), happens))
        self._turns = 0  # who has only begun to wait is not idle: a deadline must not end what has yet to be done
        if self._driver is None or self._driver.done():
            self._driver = asyncio.create_task(self._drive())

    async def _drive(self) -> None:
        while self._moments:
            await self._come_to_rest()
            moment, _, happens = heapq.heappop(self._moments)
            self._time = max(self._time, moment)
            happens()

    async def _come_to_rest(self) -> None:
        """Let everything happen that can happen without time, from when time was held or anyone began to wait."""
        self._turns = 0
        while self._turns < _TURNS:
            await asyncio.sleep(0.001 if self.held else 0)  # real while held, so that real sockets get their turn
            self._turns = 0 if self.held else self._turns + 1


class SteppedClock(JumpingClock):
    """Passes only as far as it is told to."""

    async def advance(self, seconds: float) -> None:
        """Let time pass, moment by moment, with everything that happens on the way."""
        end = self._time + seconds
        await _settle()
        while self._moments and self._moments[0][0] <= end:
            self._time, _, happens = heapq.heappop(self._moments)
            happens()
            await _settle()
        self._time = end

    def _at(self, moment: float, happens: Callable[[], None]) -> None:
        heapq.heappush(self._moments, (max(moment, self._time), next(self._order), happens))


async def _settle() -> None:
    """Let everything happen that can happen without time."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)
