"""Who is asked next: every read of every task goes through here, and only here does anything sleep.

All who follow one task share one poll, all polls share one allowance of calls, and a fault belongs to a poll, never to
a wait: it is told to the followers and asked again. Knows the cloud port, pacing and the clock; must not know what a
status means to a gate, nor Pulumi.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from ice_provider import durations, messages, pacing, times
from ice_provider.errors import NotKnown, Throttled, Transient, Unreachable
from ice_provider.model import WorkflowTask

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from ice_provider.clock import Clock
    from ice_provider.cloud import Cloud

T = TypeVar("T")
Reading = WorkflowTask | NotKnown | Transient
"""What one poll of a task can bring without ending the watch on it."""

_MOST_CALLS_AT_ONCE: Final = 64


class Stopped(Exception):
    """The poller was stopped while someone followed a task."""


class Follower:
    """One who wants to hear of every reading of a task."""

    def __init__(self, watch: _Watch) -> None:
        """Begin with the next reading."""
        self._watch = watch
        self._heard = watch.count

    async def next(self) -> Reading:
        """Return the next reading; readings that came while nobody asked are skipped for the newest.

        Raises:
            Stopped: The engine asked to stop.
            ProviderError: Asking again is of no use.
        """
        while self._heard == self._watch.count:
            if self._watch.ended:
                raise self._watch.ended
            await self._watch.news.wait()
        self._heard = self._watch.count
        assert self._watch.latest is not None  # noqa: S101  # count says so
        return self._watch.latest


class _Watch:
    """One task under watch, however many follow it."""

    def __init__(self) -> None:
        self.followers = 0
        self.count = 0
        self.latest: Reading | None = None
        self.ended: BaseException | None = None
        self.news = asyncio.Event()
        self.loop: asyncio.Task[None] | None = None
        self.resting = False
        self.asked = False

    def tell(self, reading: Reading) -> None:
        self.latest = reading
        self.count += 1
        self._wake()

    def end(self, why: BaseException) -> None:
        self.ended = why
        self._wake()

    def _wake(self) -> None:
        self.news.set()
        self.news = asyncio.Event()


class Poller:
    """All reads of one account in one region."""

    def __init__(
        self, cloud: Cloud, clock: Clock, *, per_second: float, luck: Callable[[], float] = random.random
    ) -> None:
        """Ask `cloud` at most `per_second` times a second."""
        self.cloud = cloud
        self._clock = clock
        self._luck = luck
        self._bucket = pacing.TokenBucket(per_second)
        self._slots = asyncio.Semaphore(_MOST_CALLS_AT_ONCE)
        self._watches: dict[str, _Watch] = {}
        self._asking: set[asyncio.Task[object]] = set()
        self._stopped = False

    async def read(self, task_id: str, *, within: float) -> WorkflowTask:
        """Return the first good answer; transient faults are asked again until `within` seconds are over.

        Raises:
            NotKnown, NotSignedIn, Denied, Rejected: Said by the API.
            Transient: The last trouble, when the time is over.
            Stopped: The engine asked to stop.
        """
        trouble: Transient | None = None
        watch: _Watch | None = None
        try:
            async with self._clock.deadline(self._clock.now() + within):
                with self.follow(task_id) as follower:
                    watch = self._watches.get(task_id)
                    self._hasten(task_id)
                    while True:
                        reading = await follower.next()
                        if isinstance(reading, WorkflowTask):
                            return reading
                        if isinstance(reading, NotKnown):
                            raise reading
                        trouble = reading
        except TimeoutError:
            span, name = durations.show(within), messages.task(task_id)
            if watch is not None and not watch.asked:
                crowd = (
                    f"no turn to ask about {name} within {span}: too many reads at once, raise ice:requestsPerSecond"
                )
                raise Unreachable(crowd) from None
            raise messages.gave_up(f"read {name}", within, trouble or Unreachable("no answer in time")) from None

    async def insist(self, call: Callable[[], Awaitable[T]], *, deed: str, within: float) -> T:
        """Return what a call of another kind brings; transient faults are asked again until `within` seconds are over.

        Args:
            call: Makes the call once.
            deed: What it is to do, as a part of a sentence: `list workflow tasks`.
            within: Seconds.

        Raises:
            NotSignedIn, Denied, Rejected: Said by the API.
            Transient: The last trouble, when the time is over.
            Stopped: The engine asked to stop.
        """
        asking = asyncio.create_task(self._insist(call, deed, within))
        self._asking.add(asking)
        asking.add_done_callback(self._asking.discard)
        if self._stopped:
            asking.cancel()
        try:
            return await asking
        except asyncio.CancelledError:
            asking.cancel()
            if self._stopped:
                raise Stopped from None
            raise

    async def _insist(self, call: Callable[[], Awaitable[T]], deed: str, within: float) -> T:
        trouble: Transient | None = None
        faults = 0
        try:
            async with self._clock.deadline(self._clock.now() + within):
                while True:
                    try:
                        return await self._call(call)
                    except Transient as error:
                        trouble, faults = error, faults + 1
                        await self._clock.sleep(self._pause(error, faults))
        except TimeoutError:
            raise messages.gave_up(deed, within, trouble or Unreachable("no answer in time")) from None

    @contextmanager
    def follow(self, task_id: str) -> Iterator[Follower]:
        """Watch a task for as long as the context lasts."""
        watch = self._watches.get(task_id)
        if watch is None or watch.ended:
            watch = self._watches[task_id] = _Watch()
            if self._stopped:
                watch.end(Stopped())
            else:
                watch.loop = asyncio.create_task(self._poll(task_id, watch))
        watch.followers += 1
        try:
            yield Follower(watch)
        finally:
            watch.followers -= 1
            if not watch.followers:
                self._forget(task_id, watch)

    def stop(self) -> None:
        """End every wait now, and every one that begins later."""
        self._stopped = True
        for watch in self._watches.values():
            watch.end(Stopped())
            if watch.loop:
                watch.loop.cancel()
        for asking in self._asking:
            asking.cancel()

    def _hasten(self, task_id: str) -> None:
        """Ask now when the watch rests between two good readings: a read must not sit out the pause of a long wait."""
        watch = self._watches[task_id]
        if watch.loop and watch.resting and not watch.ended:
            watch.loop.cancel()
            watch.resting = False
            watch.loop = asyncio.create_task(self._poll(task_id, watch))

    def _forget(self, task_id: str, watch: _Watch) -> None:
        if watch.loop:
            watch.loop.cancel()
            watch.loop = None  # or watch, task and its last exception hold each other until a collection finds them
        if self._watches.get(task_id) is watch:
            del self._watches[task_id]

    async def _poll(self, task_id: str, watch: _Watch) -> None:
        faults = 0
        try:
            while True:
                reading = await self._ask(task_id, watch)
                watch.tell(reading)
                faults = faults + 1 if isinstance(reading, Transient) else 0
                watch.resting = faults == 0
                await self._clock.sleep(self._pause(reading, faults))
                watch.resting = False
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001  # bugs too reach those who wait, not the event loop's log
            watch.end(error)

    async def _ask(self, task_id: str, watch: _Watch) -> Reading:
        async def get() -> WorkflowTask:
            watch.asked = True
            return await self.cloud.get_workflow_task(task_id)

        try:
            return await self._call(get)
        except (NotKnown, Transient) as trouble:
            return trouble

    async def _call(self, call: Callable[[], Awaitable[T]]) -> T:
        """Make one call when the account's allowance and the number of open calls permit."""
        turn = self._bucket.take(self._clock.now())
        try:
            if turn:
                await self._clock.sleep(turn)
        except asyncio.CancelledError:
            self._bucket.give_back()
            raise
        async with self._slots:
            return await call()

    def _pause(self, reading: Reading, faults: int) -> float:
        luck = self._luck()
        if isinstance(reading, Throttled):
            return pacing.backoff("throttled", faults - 1, luck, reading.retry_after)
        if isinstance(reading, Transient):
            return pacing.backoff("transient", faults - 1, luck)
        made = times.seconds(reading.create_time) if isinstance(reading, WorkflowTask) else None
        return pacing.pause(max(0.0, self._clock.wall() - made) if made is not None else 0.0, luck)
