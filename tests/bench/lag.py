"""How late an event loop is, and how long its process stands still to collect garbage."""

from __future__ import annotations

import asyncio
import gc
import time

_TICK = 0.005  # seconds


class LagMeter:
    """Sleeps for 5 ms again and again, and watches the garbage collector. Needs a running loop.

    Attributes:
        lags: The seconds that it overslept, each time.
        collection: The most seconds of one garbage collection.
    """

    def __init__(self) -> None:
        self.lags: list[float] = []
        self.collection = self._collecting = 0.0
        self._task = asyncio.create_task(self._measure())
        gc.callbacks.append(self._watch)

    def stop(self) -> None:
        """Measure no more."""
        self._task.cancel()
        gc.callbacks.remove(self._watch)

    async def _measure(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(_TICK)
            self.lags.append(time.perf_counter() - began - _TICK)

    def _watch(self, phase: str, _: object) -> None:
        if phase == "start":
            self._collecting = time.perf_counter()
        else:
            self.collection = max(self.collection, time.perf_counter() - self._collecting)
