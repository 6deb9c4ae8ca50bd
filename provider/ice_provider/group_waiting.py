"""One group's wait for all its tasks: every reading into the tally, until that opens the gate or cannot any more.

The same rules as for one task hold for each: faults are passed over, "not known" is borne for a while, the deadline is
one for the group. Must not know the API or gRPC; the poller does the asking.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from ice_provider import group_messages as messages
from ice_provider.cadence import Cadence
from ice_provider.errors import NotKnown, ProviderError, Transient, Unreachable
from ice_provider.limits import Limit
from ice_provider.model import WorkflowTask
from ice_provider.patience import Patience, Troubles
from ice_provider.poller import Poller
from ice_provider.session import Operation
from ice_provider.tally import Tally
from ice_provider.turnstile import Lane
from ice_provider.waiting import PREVIEW_LIMIT
from ice_provider.watch import Stopped

_SILENCE: Final = f"no task could be read within {PREVIEW_LIMIT:.0f}s"
_FIRST_LINE: Final = 1.0  # seconds: a group of ended tasks is through by then and needs no line


async def wait(tally: Tally, limit: Limit, operation: Operation) -> None:
    """Return when enough tasks of the tally have succeeded.

    Raises:
        GateShut: Enough no longer can.
        DeadlineExceeded: The limit ended first.
        Interrupted: The engine asked to stop.
        NotSignedIn, Denied, Rejected, InvalidInput: Asking is of no use.
    """
    clock = operation.session.clock
    course = _Course(tally, operation, clock.now(), limit.seconds)
    try:
        async with clock.deadline(course.ends):
            await course.run(limit)
    except TimeoutError:
        waited = clock.now() - course.began
        raise messages.deadline(tally, limit=limit, trouble=course.trouble, waited=waited) from None
    except Stopped:
        raise messages.interrupted(tally.standing) from None
    if tally.is_hopeless:
        raise messages.hopeless(tally)
    await operation.reporter.progress(messages.opened(tally.standing, clock.now() - course.began))


async def glance(tally: Tally, operation: Operation) -> Transient | None:
    """Read every task once, for a preview: within 5 s, and no longer than until the group is hopeless.

    Returns what kept tasks from being read, when there was anything.

    Raises:
        Interrupted: The engine asked to stop.
        NotSignedIn, Denied, Rejected, InvalidInput: Asking is of no use.
    """
    clock = operation.session.clock
    course = _Course(tally, operation, clock.now(), PREVIEW_LIMIT)
    try:
        async with clock.deadline(course.ends):
            await course.look()
    except TimeoutError:  # what was read by then is told
        return course.fault or (None if tally.statuses or tally.missing else Unreachable(_SILENCE))
    except Stopped:
        raise messages.stopped_reading(tally.standing) from None
    return None


@dataclass(slots=True)
class _Course:
    """What one wait, or one look, has seen so far.

    Attributes:
        tally: The counts of the group.
        operation: Whose wait it is.
        began: When it began, by the clock.
        seconds: How long it may last.
        troubles: Which tasks cannot be read.
        fault: The last transient fault, of whichever task.
    """

    tally: Tally
    operation: Operation
    began: float
    seconds: float
    troubles: Troubles = field(default_factory=Troubles)
    fault: Transient | None = None
    _reading: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def trouble(self) -> ProviderError | None:
        """What keeps a task from being read, when that has lasted."""
        return self.troubles.lasting(self.operation.session.clock.now())

    @property
    def ends(self) -> float:
        """When it gives up, by the clock."""
        return self.began + self.seconds

    async def run(self, limit: Limit) -> None:
        """Follow every open task until the group is decided."""
        if self._is_decided():
            return
        poller = await self.operation.session.poller()
        async with _together() as begin:
            for task_id in sorted(self.tally.unsettled):
                begin(self._attend(task_id, poller))
            begin(self._report(limit))
            while not self._is_decided():
                await self._news.wait()
                self._news.clear()

    async def look(self) -> None:
        """Take the first good reading of every open task, until the group is hopeless."""
        poller = await self.operation.session.poller()
        open_tasks = sorted(self.tally.unsettled)
        self._reading = len(open_tasks)
        async with _together() as begin:
            for task_id in open_tasks:
                begin(self._attend(task_id, poller, once=True))
            while self._reading and not self.tally.is_hopeless:
                await self._news.wait()
                self._news.clear()

    async def _attend(self, task_id: str, poller: Poller, *, once: bool = False) -> None:
        """Bring the readings of one task into the tally until its outcome is known."""
        patience, lane = Patience(self.began), Lane.READ if once else Lane.WAIT
        with poller.follow(task_id, self.ends, self.tally.rule.pending, lane) as follower:
            while not self.tally.is_settled(task_id):
                reading = await follower.next()
                now = self.operation.session.clock.now()
                is_borne = patience.bears(reading, now)
                self.troubles.note(task_id, reading, now)
                self.fault = reading if isinstance(reading, Transient) else self.fault
                if isinstance(reading, WorkflowTask):
                    self.tally.take(reading)
                elif isinstance(reading, NotKnown):
                    self.tally.missing[task_id] = reading
                    if not (is_borne or once):
                        self.tally.give_up(task_id, reading)
                self._news.set()
                if once and not isinstance(reading, Transient):
                    break
        self.troubles.forget(task_id)
        self._reading -= 1

    def _is_decided(self) -> bool:
        return self.tally.opens or self.tally.is_hopeless

    async def _report(self, limit: Limit) -> None:
        """Say now and then how the group stands."""
        clock, reporter = self.operation.session.clock, self.operation.reporter
        cadence = Cadence(self.began)
        await clock.sleep(_FIRST_LINE)
        while True:
            await self.operation.tell_notes()
            now, standing, trouble = clock.now(), self.tally.standing, self.trouble
            if cadence.is_due((standing, trouble is not None), now):
                await reporter.progress(
                    messages.progress(standing, waited=now - self.began, limit=limit, trouble=trouble)
                )
            await clock.sleep(cadence.rest(now))


@asynccontextmanager
async def _together() -> AsyncIterator[Callable[[Coroutine[Any, Any, None]], None]]:
    """Run what is begun beside the body, which ends it all; the first failure ends the body, and is raised as it is."""
    running: list[asyncio.Task[None]] = []
    try:
        async with asyncio.TaskGroup() as group:

            def begin(work: Coroutine[Any, Any, None]) -> None:
                running.append(group.create_task(work))

            yield begin
            for task in running:
                task.cancel()
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
