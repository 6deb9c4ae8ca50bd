"""Time, injected. Knows the standard library only.

Everything that waits takes a `Clock`, so that tests can let hours pass at once.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager


class Clock(Protocol):
    """Time as the core sees it."""

    def now(self) -> float:
        """Return monotonic seconds."""

    def wall(self) -> float:
        """Return seconds since 1970, for comparison with the service's points in time."""

    async def sleep(self, seconds: float) -> None:
        """Let time pass; cancelling ends it at once."""

    def deadline(self, at: float) -> AbstractAsyncContextManager[object]:
        """Return a context that ends its body with TimeoutError when `now()` reaches `at`."""


class SystemClock:
    """The time of the running event loop."""

    def now(self) -> float:
        """See `Clock`."""
        return asyncio.get_running_loop().time()

    def wall(self) -> float:
        """See `Clock`."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        await asyncio.sleep(seconds)

    def deadline(self, at: float) -> AbstractAsyncContextManager[object]:
        """See `Clock`."""
        return asyncio.timeout_at(at)
