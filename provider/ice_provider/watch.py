"""One task under watch, and those who follow it: what a poll or a list brings reaches all of them.

Says when a task is to be asked about again; must not ask, nor know the cloud, nor what a status means to a gate.
"""

from __future__ import annotations

import asyncio
from enum import Enum
from typing import TYPE_CHECKING, Final

from ice_provider import activities
from ice_provider.errors import NotKnown, Transient
from ice_provider.model import WorkflowTask
from ice_provider.pacing import SHORTEST_PAUSE, Retries
from ice_provider.turnstile import Lane

if TYPE_CHECKING:
    from collections.abc import Callable

LAST_LOOK: Final = 2.0  # seconds before its deadline that a follower is told the newest once more

Reading = WorkflowTask | NotKnown | Transient
"""What one poll of a task can bring without ending the watch on it."""


class Stage(Enum):
    """What is done about a task under watch."""

    RESTS = "it is not due yet"
    QUEUES = "it queues in the lane of waits"
    ASKS = "it is asked about, or was so in vain and is asked again"


class Stopped(Exception):
    """The poller was stopped while someone followed a task."""


class Follower:
    """One who wants to hear of every reading of a task."""

    def __init__(self, watch: Watch, *, with_latest: bool = False) -> None:
        """Begin with the next reading, or with the latest one."""
        self._watch = watch
        self._heard = watch.count - with_latest
        self._calls = watch.calls - (with_latest or watch.is_called)

    @property
    def was_asked(self) -> bool:
        """Whether any call has been made that could bring it a reading: earlier ones were for those who followed then."""
        return self._watch.calls > self._calls

    async def next(self) -> Reading:
        """Return the next reading; readings that came while nobody asked are skipped for the newest.

        Raises:
            Stopped: The engine asked to stop.
            ProviderError: Asking again is of no use.
        """
        while self._heard == self._watch.count:
            if self._watch.ended:
                raise self._watch.ended.with_traceback(None)  # one error for all: its traceback would grow with each
            await self._watch.news()
        self._heard = self._watch.count
        assert self._watch.latest is not None  # noqa: S101  # count says so
        return self._watch.latest


class Watch:
    """One task under watch, however many follow it.

    Attributes:
        task_id: Which one.
        followers: How many do.
        readers: How many of them want an answer now.
        deadlines: Until when those who wait follow it, by the clock.
        waits_on: For each of these, the status words on which it goes on waiting.
        calls: How many were made.
        is_called: Whether one is under way.
        retries: The attempts since the last good answer.
        stage: What is done about it.
        task: As it was last read by itself, and not by a list.
        first_read_at: When it was first read by itself.
        read_at: When that was last.
        has_moved: Whether it had come further by then than at the reading before.
        asked_at: When the last call about it was over, whatever that brought.
        due: When our own pace lets the next one be made.
        rests_until: Until when a list stands in for reading it.
        count: How many readings there were.
        latest: The last of them; None before the first.
        ended: Why there will be no other; None while there may be.
        loop: What asks about it; None once nobody follows.
    """

    task: WorkflowTask

    def __init__(
        self,
        task_id: str,
        retries: Retries,
        hasten: Callable[[Watch], None],
        reschedule: Callable[[Watch], None],
    ) -> None:
        """Begin; `hasten` asks about the task at once, if it may, and `reschedule` goes by what `wakes_at` says now."""
        self.task_id = task_id
        self.followers = self.readers = 0
        self.deadlines: list[float] = []
        self.waits_on: list[frozenset[str]] = []
        self.calls = 0
        self.is_called = self.has_moved = False
        self.retries = retries
        self.stage = Stage.ASKS
        self.first_read_at = self.read_at = self.asked_at = self.due = self.rests_until = float("-inf")
        self._hasten, self._reschedule = hasten, reschedule
        self._waiting: list[asyncio.Future[None]] = []
        self.count = 0
        self.latest: Reading | None = None
        self.ended: BaseException | None = None
        self.loop: asyncio.Task[None] | None = None

    @property
    def trouble(self) -> Transient | None:
        """What the latest reading is, when it is a fault that will be asked again."""
        return self.latest if isinstance(self.latest, Transient) else None

    @property
    def was_read(self) -> bool:
        """Whether the task was ever read by itself."""
        return self.read_at > float("-inf")

    def is_fresh(self, now: float) -> bool:
        """Whether the latest reading is one by itself, and so new that another would tell the same."""
        return self.was_read and self.latest is self.task and now - self.read_at < SHORTEST_PAUSE

    @property
    def lane(self) -> Lane:
        """For whom the task is asked about."""
        return Lane.READ if self.readers else Lane.WAIT

    @property
    def may_hasten(self) -> bool:
        """Whether it may be asked about now: it only rests, or queues among the waits while someone wants an answer."""
        return self.stage is Stage.RESTS or (self.stage is Stage.QUEUES and self.readers > 0)

    @property
    def wakes_at(self) -> float:
        """When it is to be asked about: once it is due and no list stands in for it, or earlier for a follower's last look.

        No list stands in for an answer that was asked for in vain: whoever wants it would have to sit that out.
        """
        rests_until = self.rests_until if isinstance(self.latest, WorkflowTask) else self.due
        looks = (deadline - LAST_LOOK for deadline in self.deadlines)
        return min([max(self.due, rests_until), *(look for look in looks if look > self.asked_at)])

    def news(self) -> asyncio.Future[None]:
        """Return what is done at the next reading, or at the end; each who waits for that has one of his own."""
        news = asyncio.get_running_loop().create_future()
        self._waiting.append(news)
        return news

    def keep(self, task: WorkflowTask, now: float) -> None:
        """Take note of a reading by itself."""
        self.first_read_at = self.first_read_at if self.was_read else now
        self.has_moved = self.was_read and activities.stage(task) != activities.stage(self.task)
        self.task, self.read_at = task, now

    def tell(self, reading: Reading) -> None:
        """Let all who follow hear of a reading."""
        self.latest = reading
        self.count += 1
        self._wake()

    def end(self, why: BaseException) -> None:
        """Let all who follow hear that there will be no other."""
        self.ended = why
        self._wake()

    def rest(self, until: float, told: WorkflowTask | None = None) -> None:
        """See `bulk.Member`."""
        is_sooner, self.rests_until = until < self.rests_until, until
        if told and not self.readers:
            self.tell(told)
        if is_sooner or self.stage is Stage.QUEUES:
            self._reschedule(self)

    def read_now(self) -> None:
        """See `bulk.Member`."""
        self._hasten(self)

    def may_wait_on(self, status: str) -> bool:
        """See `bulk.Member`."""
        return bool(self.waits_on) and all(status in words for words in self.waits_on)

    def _wake(self) -> None:
        told, self._waiting = self._waiting, []
        for news in told:
            if not news.done():  # who waited for it may have given up
                news.set_result(None)
