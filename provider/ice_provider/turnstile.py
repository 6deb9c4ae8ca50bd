"""Whose turn it is to call: who has been due the longest, at the account's rate, and only so many at once.

Nobody goes unread that way: whoever was throttled comes back to the head of the queue, not to its end. Reads, for which a
person waits, have a lane of their own: while waits compete they are sure of a fifth of the turns and of some connections.
Must not know what is called.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeVar

from ice_provider.errors import Throttled, Transient

if TYPE_CHECKING:
    from ice_provider.allowance import Allowance
    from ice_provider.clock import Clock

T = TypeVar("T")
MOST_AT_ONCE: Final = 64
_KEPT_FOR_READS: Final = 8  # of them
_WAITS_TO_A_READ: Final = 4  # turns, while both queue


class Lane(Enum):
    """For whom a call is made."""

    READ = "someone who wants an answer now"
    WAIT = "a wait that looks again from time to time"


class Turnstile:
    """Lets calls through one by one."""

    def __init__(self, allowance: Allowance, clock: Clock) -> None:
        """Let through as many as the allowance permits."""
        self._allowance = allowance
        self._clock = clock
        self._queues: dict[Lane, list[tuple[float, int, asyncio.Future[None]]]] = {lane: [] for lane in Lane}
        self._order = itertools.count()
        self._under_way = 0
        self._waits_since_a_read = 0
        self._change = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    async def call(self, make: Callable[[], Awaitable[T]], lane: Lane, due: float | None = None) -> T:
        """Make a call when it is its turn, and return what it brings.

        Args:
            make: Makes it.
            lane: For whom.
            due: Since when it is due, by the clock; now unless given.
        """
        waited = await self._turn(lane, self._clock.now() if due is None else due)
        is_answered, throttled = True, False
        try:
            return await make()
        except Throttled:
            throttled = True
            raise
        except (Transient, asyncio.CancelledError):
            is_answered = False
            raise
        finally:
            self._under_way -= 1
            if is_answered:
                self._allowance.answered(self._clock.now(), throttled=throttled, waited=waited)
            else:
                self._allowance.unanswered()
            self._change.set()

    def stop(self) -> None:
        """Let nobody through any more."""
        if self._keeper:
            self._keeper.cancel()

    async def _turn(self, lane: Lane, due: float) -> bool:
        """Return at the turn of this call; whether it had to wait for it."""
        if not any(self._queues.values()) and self._has_room(lane) and self._allowance.wait(self._clock.now()) <= 0:
            self._let_through()
            return False
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._queues[lane], (due, next(self._order), place))
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.create_task(self._keep())
        self._change.set()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # it was let through, and leaves at the same moment
                self._under_way -= 1
                self._allowance.give_back()
            self._change.set()
            raise
        return True

    async def _keep(self) -> None:
        """Let those through who queue, as long as there are any."""
        while lane := self._next():
            pause = self._allowance.wait(self._clock.now()) if self._has_room(lane) else math.inf
            if pause == math.inf:
                self._change.clear()
                await self._change.wait()
            elif pause > 0:  # slept through, though a good answer may end a silence: it would leave nothing to others
                await self._clock.sleep(pause)
            else:
                _, _, place = heapq.heappop(self._queues[lane])
                self._waits_since_a_read = 0 if lane is Lane.READ else self._waits_since_a_read + 1
                self._let_through()
                place.set_result(None)

    def _next(self) -> Lane | None:
        """Return whose turn is next; None when nobody queues."""
        for queue in self._queues.values():
            while queue and queue[0][-1].done():  # who has left
                heapq.heappop(queue)
        reads, waits = (bool(self._queues[lane]) for lane in (Lane.READ, Lane.WAIT))
        if reads and (self._waits_since_a_read >= _WAITS_TO_A_READ or not waits or not self._has_room(Lane.WAIT)):
            return Lane.READ
        return Lane.WAIT if waits else None

    def _has_room(self, lane: Lane) -> bool:
        return self._under_way < MOST_AT_ONCE - (_KEPT_FOR_READS if lane is Lane.WAIT else 0)

    def _let_through(self) -> None:
        self._allowance.spend()
        self._under_way += 1
