"""Which task is asked about next: every read of every task goes through here, and only here and at the turnstile waits.

All who follow one task share one poll, all polls share one turnstile, and a fault belongs to a poll, never to a wait: it
is told to the followers and asked again. A task that has ended is remembered and asked about no more. Knows the cloud
port, pacing and the clock; must not know what a status means to a gate, nor Pulumi.
"""

from __future__ import annotations

import asyncio
import random
from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from ice_provider import durations, messages, pacing, times
from ice_provider.allowance import Allowance
from ice_provider.errors import NotKnown, Throttled, Transient, Unreachable
from ice_provider.model import WorkflowTask
from ice_provider.turnstile import Lane, Turnstile

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from ice_provider.clock import Clock
    from ice_provider.cloud import Cloud

T = TypeVar("T")
Reading = WorkflowTask | NotKnown | Transient
"""What one poll of a task can bring without ending the watch on it."""

_LAST_LOOK: Final = 2.0  # seconds before its deadline that a follower is told the newest once more
_REMEMBERED: Final = 1000  # ended tasks, of some kilobytes each


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
    """One task under watch, however many follow it.

    Attributes:
        followers: How many do.
        readers: How many of them want an answer now.
        deadlines: Until when those who wait follow it, by the clock.
        was_asked: Whether any call was made.
        may_hasten: Whether the next call has no reason to be late but our own pace.
    """

    def __init__(self) -> None:
        self.followers = self.readers = 0
        self.deadlines: list[float] = []
        self.was_asked = self.may_hasten = False
        self.count = 0
        self.latest: Reading | None = None
        self.ended: BaseException | None = None
        self.news = asyncio.Event()
        self.loop: asyncio.Task[None] | None = None

    @property
    def lane(self) -> Lane:
        return Lane.READ if self.readers else Lane.WAIT

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
        self._turnstile = Turnstile(Allowance(per_second, luck), clock)
        self._budget = pacing.RetryBudget()
        self._watches: dict[str, _Watch] = {}
        self._remembered: OrderedDict[str, WorkflowTask] = OrderedDict()
        self._asking: set[asyncio.Task[object]] = set()
        self._stopped = False

    async def read(self, task_id: str, *, within: float, since: float | None = None) -> WorkflowTask:
        """Return the first good answer; transient faults are asked again until `within` seconds are over.

        Args:
            task_id: The task.
            within: Seconds.
            since: When they began, by the clock; now unless given.

        Raises:
            NotKnown, NotSignedIn, Denied, Rejected: Said by the API.
            Transient: The last trouble, when the time is over.
            Stopped: The engine asked to stop.
        """
        trouble: Transient | None = None
        watch: _Watch | None = None
        try:
            async with self._clock.deadline((self._clock.now() if since is None else since) + within):
                with self._watching(task_id) as watch, self._hastened(task_id, watch):
                    follower = Follower(watch)
                    while True:
                        reading = await follower.next()
                        if isinstance(reading, WorkflowTask):
                            return reading
                        if isinstance(reading, NotKnown):
                            raise reading
                        trouble = reading
        except TimeoutError:
            span, name = durations.show(within), messages.task(task_id)
            if watch is not None and not watch.was_asked:
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
                        return await self._turnstile.call(call, Lane.READ)
                    except Transient as error:
                        trouble, faults = error, faults + 1
                        await self._clock.sleep(self._pause(error, faults))
        except TimeoutError:
            raise messages.gave_up(deed, within, trouble or Unreachable("no answer in time")) from None

    @contextmanager
    def follow(self, task_id: str, until: float = float("inf")) -> Iterator[Follower]:
        """Watch a task for as long as the context lasts.

        Args:
            task_id: The task.
            until: When the follower gives up, by the clock; shortly before, the task is asked about once more.
        """
        with self._watching(task_id) as watch:
            watch.deadlines.append(until)
            try:
                yield Follower(watch)
            finally:
                watch.deadlines.remove(until)

    def stop(self) -> None:
        """End every wait now, and every one that begins later."""
        self._stopped = True
        self._turnstile.stop()
        for watch in self._watches.values():
            watch.end(Stopped())
            if watch.loop:
                watch.loop.cancel()
        for asking in self._asking:
            asking.cancel()

    @contextmanager
    def _watching(self, task_id: str) -> Iterator[_Watch]:
        watch = self._watches.get(task_id)
        if watch is None or watch.ended:
            watch = self._watches[task_id] = _Watch()
            if self._stopped:
                watch.end(Stopped())
            else:
                watch.loop = asyncio.create_task(self._poll(task_id, watch))
        watch.followers += 1
        try:
            yield watch
        finally:
            watch.followers -= 1
            if not watch.followers:
                self._forget(task_id, watch)

    @contextmanager
    def _hastened(self, task_id: str, watch: _Watch) -> Iterator[None]:
        """Ask in the lane of reads, and at once where only our own pace is in the way: a read must not sit out a wait's."""
        watch.readers += 1
        if watch.loop and watch.may_hasten and not watch.ended:
            watch.loop.cancel()
            watch.loop = asyncio.create_task(self._poll(task_id, watch))
        try:
            yield
        finally:
            watch.readers -= 1

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
                pause = self._pause(reading, faults)
                watch.may_hasten = not faults
                await self._clock.sleep(self._before_a_deadline(pause, watch.deadlines))
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001  # bugs too reach those who wait, not the event loop's log
            watch.end(error)

    async def _ask(self, task_id: str, watch: _Watch) -> Reading:
        if task_id in self._remembered:
            return self._remembered[task_id]

        async def get() -> WorkflowTask:
            watch.was_asked, watch.may_hasten = True, False
            return await self.cloud.get_workflow_task(task_id)

        lane = watch.lane
        watch.may_hasten = lane is Lane.WAIT
        try:
            task = await self._turnstile.call(get, lane)
        except (NotKnown, Transient) as trouble:
            return trouble
        if task.finished:
            self._remember(task)
        return task

    def _remember(self, task: WorkflowTask) -> None:
        self._remembered[task.task_id] = task
        if len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)

    def _pause(self, reading: Reading, faults: int) -> float:
        """Return the seconds until the task is due again; a fault is asked again sooner, while the budget lasts."""
        luck = self._luck()
        made = times.seconds(reading.create_time) if isinstance(reading, WorkflowTask) else None
        due = pacing.pause(max(0.0, self._clock.wall() - made) if made is not None else 0.0, luck)
        if not isinstance(reading, Transient):
            self._budget.earn()
            return due
        kind, asked = ("throttled", reading.retry_after) if isinstance(reading, Throttled) else ("transient", None)
        again = pacing.backoff(kind, faults - 1, luck, asked)
        return again if self._budget.spend(kind) else max(due, again)

    def _before_a_deadline(self, pause: float, deadlines: list[float]) -> float:
        """Return the pause, or a shorter one, when somebody would give up before its end."""
        now = self._clock.now()
        last_looks = (deadline - _LAST_LOOK - now for deadline in deadlines)
        return min([pause, *(left for left in last_looks if left > 0)])
