"""Decides when each task is asked about. Every read of a task goes through here.

All who follow one task share one poll, all polls share one turnstile, and a fault belongs to a poll, never to a wait: it
is told to the followers and asked again. A task that has ended is remembered and asked about no more. Knows the cloud
port, pacing and the clock; must not know what a status means to a gate, nor Pulumi.
"""

from __future__ import annotations

import asyncio
import functools
import random
from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from ice_provider import messages, pacing, times
from ice_provider.allowance import Allowance
from ice_provider.bulk import BulkReads
from ice_provider.errors import NotKnown, Throttled, Transient, Unreachable
from ice_provider.model import WorkflowTask
from ice_provider.turnstile import Lane, Turnstile
from ice_provider.watch import Follower, Reading, Stage, Stopped, Watch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from ice_provider.clock import Clock
    from ice_provider.cloud import Cloud

T = TypeVar("T")
_REMEMBERED: Final = 5000  # ended tasks, of some kilobytes each


class Poller:
    """All reads of one account in one region."""

    def __init__(
        self,
        cloud: Cloud,
        clock: Clock,
        *,
        per_second: float,
        in_bulk: bool = False,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Ask `cloud` at most `per_second` times a second; `in_bulk` lets lists stand in for reads."""
        self.cloud = cloud
        self._clock = clock
        self._jitter = jitter
        self._allowance = Allowance(per_second, jitter)
        self._turnstile = Turnstile(self._allowance, clock)
        self._retries = functools.partial(pacing.Retries, pacing.RetryBudget())
        self._bulk = BulkReads(cloud, self._turnstile, self._retries, clock, jitter) if in_bulk else None
        self._watches: dict[str, Watch] = {}
        self._remembered: OrderedDict[str, WorkflowTask] = OrderedDict()
        self._asking: set[asyncio.Task[object]] = set()
        self._stopped = False

    @property
    def notes(self) -> tuple[str, ...]:
        """What the person should know of how we sign in and call; it can grow with every call."""
        return (*self.cloud.notes, *(self._bulk.notes if self._bulk else ()))

    async def read(self, task_id: str, *, within: float) -> WorkflowTask:
        """Return the first good answer; transient faults are asked again until `within` seconds are over.

        Raises:
            NotKnown, NotSignedIn, Denied, Rejected: Said by the API.
            Transient: The last trouble, when the time is over.
            Stopped: The engine asked to stop.
        """
        trouble: Transient | None = None
        follower: Follower | None = None
        try:
            async with self._clock.deadline(self._clock.now() + within):
                with self._reading(task_id) as watch:
                    follower, trouble = Follower(watch), watch.trouble
                    while True:
                        reading = await follower.next()
                        if isinstance(reading, WorkflowTask):
                            return reading
                        if isinstance(reading, NotKnown):
                            raise reading
                        trouble = reading
        except TimeoutError:
            deed = f"read {messages.task(task_id)}"
            if not (trouble or (follower and follower.was_asked)):
                raise messages.no_turn(deed, within, slowed_down=self._allowance.is_cut) from None
            raise messages.gave_up(deed, within, trouble or Unreachable("no answer in time")) from None

    async def insist(
        self, call: Callable[[], Awaitable[T]], *, deed: str, within: float, since: float | None = None
    ) -> T:
        """Return what a call of another kind brings; transient faults are asked again until `within` seconds are over.

        Args:
            call: Makes the call once.
            deed: What it is to do, as a part of a sentence: `list workflow tasks`.
            within: Seconds.
            since: When they began, by the clock; now unless given.

        Raises:
            NotSignedIn, Denied, Rejected: Said by the API.
            Transient: The last trouble, when the time is over.
            Stopped: The engine asked to stop.
        """
        began = self._clock.now() if since is None else since
        asking = asyncio.create_task(self._insist(call, deed, within, began))
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

    async def _insist(self, call: Callable[[], Awaitable[T]], deed: str, within: float, began: float) -> T:
        trouble: Transient | None = None
        retries, was_made = self._retries(), False

        async def make() -> T:
            nonlocal was_made
            was_made = True
            return await call()

        try:
            async with self._clock.deadline(began + within):
                while True:
                    try:
                        answer = await self._turnstile.call(make, Lane.READ)
                    except Transient as error:
                        trouble = error
                        await self._clock.sleep(retries.after(error, self._jitter()))
                    else:
                        retries.succeeded()
                        return answer
        except TimeoutError:
            if not was_made:
                raise messages.no_turn(deed, within, slowed_down=self._allowance.is_cut) from None
            raise messages.gave_up(deed, within, trouble or Unreachable("no answer in time")) from None

    @contextmanager
    def follow(
        self,
        task_id: str,
        until: float = float("inf"),
        waits_on: frozenset[str] = frozenset(),
        lane: Lane = Lane.WAIT,
    ) -> Iterator[Follower]:
        """Watch a task for as long as the context lasts.

        Args:
            task_id: The task.
            until: When the follower gives up, by the clock; shortly before, the task is asked about once more.
            waits_on: Status words on which it only goes on waiting: a list, which tells no more of a task than its
                status, may bring the news of these. All other news is read.
            lane: For whom it is asked about.
        """
        watch = self._join(task_id)
        is_fresh = watch.is_fresh(self._clock.now())
        watch.deadlines.append(until)
        watch.waits_on.append(waits_on)
        watch.readers += lane is Lane.READ
        if not is_fresh:
            self._hasten(watch)
        elif watch.stage is Stage.RESTS:
            self._poll_anew(watch, rests=True)  # it may have to wake for a last look
        try:
            yield Follower(watch, with_latest=is_fresh)
        finally:
            watch.readers -= lane is Lane.READ
            watch.deadlines.remove(until)
            watch.waits_on.remove(waits_on)
            self._leave(watch)

    def stop(self) -> None:
        """End every wait now, and every one that begins later."""
        self._stopped = True
        self._turnstile.stop()
        if self._bulk:
            self._bulk.stop()
        for watch in self._watches.values():
            watch.end(Stopped())
            if watch.loop:
                watch.loop.cancel()
        for asking in self._asking:
            asking.cancel()

    @contextmanager
    def _reading(self, task_id: str) -> Iterator[Watch]:
        """Ask in the lane of reads, and at once where only our own pace is in the way: a read must not sit out a wait's."""
        watch = self._join(task_id)
        watch.readers += 1
        self._hasten(watch)
        try:
            yield watch
        finally:
            watch.readers -= 1
            self._leave(watch)

    def _join(self, task_id: str) -> Watch:
        """Return the watch on a task, begun if there is none, for one more who follows it."""
        watch = self._watches.get(task_id)
        if watch is None or watch.ended:
            watch = self._watches[task_id] = Watch(task_id, self._retries(), self._hasten, self._reschedule)
            if self._stopped:
                watch.end(Stopped())
            else:
                self._poll_anew(watch)
        watch.followers += 1
        return watch

    def _leave(self, watch: Watch) -> None:
        """End the watch on a task when nobody follows it any more."""
        watch.followers -= 1
        if watch.followers:
            return
        if self._bulk and watch.was_read:
            self._bulk.left(watch)
        if watch.loop:
            watch.loop.cancel()
            watch.loop = None  # or watch, task and its last exception hold each other until a collection finds them
        if self._watches.get(watch.task_id) is watch:
            del self._watches[watch.task_id]

    def _hasten(self, watch: Watch) -> None:
        """Ask at once where only our own pace is in the way; who queues already keeps the place."""
        if watch.loop and watch.may_hasten and not watch.ended:
            self._poll_anew(watch)

    def _reschedule(self, watch: Watch) -> None:
        """Rest until it is to be asked about now: later where a list has told what it queues for, else sooner."""
        may_rest = watch.stage is Stage.RESTS or (watch.stage is Stage.QUEUES and watch.wakes_at > self._clock.now())
        if watch.loop and may_rest and not watch.ended:
            self._poll_anew(watch, rests=True)

    def _poll_anew(self, watch: Watch, *, rests: bool = False) -> None:
        if watch.loop:
            watch.loop.cancel()
        watch.stage = Stage.RESTS if rests else Stage.ASKS  # now: others may look before the loop begins
        watch.loop = asyncio.create_task(self._poll(watch, rests=rests))

    async def _poll(self, watch: Watch, *, rests: bool) -> None:
        """Ask about a task again and again; at once, unless it rests first."""
        since = self._clock.now()
        try:
            while True:
                if rests:
                    watch.stage = Stage.ASKS if watch.trouble else Stage.RESTS
                    while (left := watch.wakes_at - self._clock.now()) > 0:
                        await self._clock.sleep(left)
                if not isinstance(watch.latest, Throttled):  # who was only turned away keeps his place
                    since = self._clock.now()
                reading = await self._ask(watch, since)
                watch.asked_at = self._clock.now()
                watch.due = watch.asked_at + self._pause(watch, reading)
                watch.tell(reading)
                rests = True
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001  # bugs too reach those who wait, not the event loop's log
            watch.end(error)

    async def _ask(self, watch: Watch, due: float) -> Reading:
        if watch.task_id in self._remembered:
            return self._remembered[watch.task_id]

        async def get() -> WorkflowTask:
            watch.calls, watch.is_called, watch.stage = watch.calls + 1, True, Stage.ASKS
            try:
                return await self.cloud.get_workflow_task(watch.task_id)
            finally:
                watch.is_called = False

        lane = watch.lane
        watch.stage = Stage.QUEUES if lane is Lane.WAIT else Stage.ASKS
        try:
            task = await self._turnstile.call(get, lane, due)
        except (NotKnown, Transient) as trouble:
            trouble.__cause__ = trouble.__context__ = None  # what it came from is told, and would be kept by each wait
            return trouble.with_traceback(None)
        watch.keep(task, self._clock.now())
        if task.finished:
            self._remember(task)
        if self._bulk and watch.waits_on:
            self._bulk.was_read(watch)
        return task

    def _remember(self, task: WorkflowTask) -> None:
        self._remembered[task.task_id] = task
        if len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)

    def _pause(self, watch: Watch, reading: Reading) -> float:
        """Return the seconds until the task is due again.

        A fault is asked again sooner, while the budget lasts; so is a task that has moved, because one step is often
        followed by the next.
        """
        jitter = self._jitter()
        if isinstance(reading, Transient):
            return watch.retries.after(reading, jitter)
        watch.retries.succeeded()
        if watch.has_moved or not isinstance(reading, WorkflowTask):
            return pacing.pause(0.0, jitter)
        made = times.seconds(reading.create_time)
        told = 0.0 if made is None else self._clock.wall() + self.cloud.ahead - made
        return pacing.pause(max(told, self._clock.now() - watch.first_read_at), jitter)
