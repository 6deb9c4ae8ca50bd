"""An event loop whose time jumps to the next moment that anything waits for: hours take as long as what happens in them.

For simulations, in which no real socket or thread has a part. `JumpingClock` is for tests in which they have.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from ice_provider.clock import SystemClock

T = TypeVar("T")


class VirtualLoop(asyncio.SelectorEventLoop):
    """Never waits."""

    def __init__(self) -> None:
        self._moment = 1000.0
        super().__init__(_Impatient(self._pass))

    def time(self) -> float:
        return self._moment

    def _pass(self, seconds: float) -> None:
        self._moment += seconds


class VirtualClock(SystemClock):
    """Implements `ice_provider.clock.Clock` in a `VirtualLoop`.

    Attributes:
        longest_sleep: The most seconds that anyone has wanted to sleep.
    """

    def __init__(self, wall: float = 1_672_797_917.0) -> None:  # 2023-01-04T02:05:17Z, the task of the API's page
        self.longest_sleep = 0.0
        self._wall = wall - 1000.0

    def wall(self) -> float:
        return self._wall + self.now()

    async def sleep(self, seconds: float) -> None:
        self.longest_sleep = max(self.longest_sleep, seconds)
        await super().sleep(seconds)


def run(main: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine brings that runs in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


class _Impatient(selectors.DefaultSelector):
    """Lets the time pass for which it is to wait, and returns at once."""

    def __init__(self, let_pass: Callable[[float], None]) -> None:
        super().__init__()
        self._let_pass = let_pass

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits for somebody else: nothing would ever happen again")
        self._let_pass(max(0.0, timeout))
        return super().select(0)
