"""One gate's wait for one task: readings in, an opened gate or an error out.

Decides what a reading means for the wait: faults are passed over, "not known" is borne for a while, a deadline is a
deadline even while a call hangs. Must not know the API or gRPC; the poller does the asking.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ice_provider import activities, messages
from ice_provider.acceptance import Rule, Shut, Wait, judge
from ice_provider.cadence import HEARTBEAT
from ice_provider.crowd import Outcome
from ice_provider.errors import DeadlineExceeded, ProviderError
from ice_provider.limits import Limit
from ice_provider.model import GatedTask, WorkflowTask
from ice_provider.observation import gated
from ice_provider.patience import Patience, Troubles
from ice_provider.poller import Poller
from ice_provider.session import Operation
from ice_provider.watch import Follower, Reading, Stopped

_TROUBLE: Final = "trouble"  # of whatever kind: faults that alternate are not worth a line each
PREVIEW_LIMIT: Final = 5.0  # seconds: a preview reads and never waits


async def wait(task_id: str, rule: Rule, limit: Limit, operation: Operation) -> GatedTask:
    """Return the task that opened the gate.

    Raises:
        GateShut: The task ended, and not well.
        DeadlineExceeded: The limit ended first.
        Interrupted: The engine asked to stop.
        NotKnown: For 30 s the API has not known the task.
        Unreachable: The files that say how to sign in do not answer.
        NotSignedIn, Denied, Rejected, InvalidInput: Asking is of no use.
    """
    clock = operation.session.clock
    course = _Course(task_id, limit, operation, began=clock.now())
    operation.session.crowd.enter()
    try:
        async with clock.deadline(course.ends):
            opened = await course.run(await operation.session.poller(), rule)
    except TimeoutError:
        course.outcome = Outcome.GOES_ON
        raise course.late(clock.wall()) from None
    except Stopped:
        course.outcome = Outcome.GOES_ON
        raise messages.interrupted(task_id, seen=course.seen, now=clock.wall()) from None
    else:
        if not operation.session.crowd.is_large:
            await operation.reporter.progress(messages.opened(opened))
        return opened
    finally:
        await course.leave()


@dataclass(slots=True)
class _Course:
    """What one wait has seen so far.

    Attributes:
        task_id: What it waits for.
        limit: How long, at most.
        operation: Whose wait it is.
        began: When it began, by the clock.
        seen: The task as it was read last; None before the first good reading.
        trouble: What the last reading brought instead of the task; None when that was good.
        troubles: The same, with its beginning.
        outcome: How the wait ended; shut unless it is found to be otherwise.
        follower: What brings the readings; None before there is a poller.
        patience: For how long trouble is borne.
    """

    task_id: str
    limit: Limit
    operation: Operation
    began: float
    seen: GatedTask | None = None
    trouble: ProviderError | None = None
    troubles: Troubles = field(default_factory=Troubles)
    outcome: Outcome = Outcome.SHUT
    follower: Follower | None = None
    patience: Patience = field(init=False)
    _said: object = None
    _said_at: float = float("-inf")

    def __post_init__(self) -> None:
        self.patience = Patience(self.began)

    @property
    def ends(self) -> float:
        """When it gives up, by the clock."""
        return self.began + self.limit.seconds

    async def run(self, poller: Poller, rule: Rule) -> GatedTask:
        """Follow the task until it opens the gate; raise what shuts it."""
        with poller.follow(self.task_id, self.ends, waits_on=rule.pending) as self.follower:
            while True:
                task = await self._take(await self.follower.next(), poller)
                if task is None:
                    continue
                verdict = judge(task, rule)
                if isinstance(verdict, Shut):
                    raise verdict.error
                if isinstance(verdict, Wait):
                    await self._report(task)
                    continue
                self.outcome = Outcome.OPENED
                return task

    def late(self, now: float) -> DeadlineExceeded:
        """Return the error of a wait whose limit has ended."""
        never_asked = self.follower is not None and not self.follower.was_asked
        trouble = messages.unasked() if never_asked else self.trouble
        return messages.deadline(self.task_id, limit=self.limit, seen=self.seen, trouble=trouble, now=now)

    async def leave(self) -> None:
        """End the wait for whoever counts waits, and say so when it was the last of many."""
        last = self.operation.session.crowd.leave(self.task_id, self.outcome)
        if last:
            await self.operation.reporter.overall(last)

    async def _take(self, reading: Reading, poller: Poller) -> GatedTask | None:
        """Return the task of a good reading; remember the trouble of another."""
        await self.operation.tell_notes()
        now, crowd = self.operation.session.clock.now(), self.operation.session.crowd
        is_borne = self.patience.bears(reading, now)
        self.troubles.note(self.task_id, reading, now)
        crowd.hear(self.task_id, reading, is_first=self.seen is None)
        if isinstance(reading, WorkflowTask):
            self.trouble = None
            self.seen = gated(reading, poller.cloud.region)
            return self.seen
        self.trouble = reading
        if not is_borne:
            raise reading
        await self._report(None)
        return None

    async def _report(self, task: GatedTask | None) -> None:
        """Say a line when something changed, else once a minute; among many, say how all stand instead."""
        clock, crowd = self.operation.session.clock, self.operation.session.crowd
        if crowd.is_large:
            summary = crowd.line()
            if summary:
                await self.operation.reporter.overall(summary)
            return
        now = clock.now()
        state = activities.stage(task) if task else _TROUBLE
        changed = state != self._said and (task is not None or self.troubles.lasting(now))
        if not changed and now - max(self._said_at, self.began) < HEARTBEAT:
            return
        self._said, self._said_at = state, now
        waited = now - self.began
        if self.seen is None:
            line = f"waiting for {messages.task(self.task_id)}"
        else:
            line = messages.progress(self.seen, waited=waited, limit=self.limit, now=clock.wall())
        await self.operation.reporter.progress(line + messages.failing(self.trouble))
