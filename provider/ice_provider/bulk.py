"""Bulk reading: one list of a workflow's tasks in the place of many single reads, where that is fewer calls.

A list tells the status of a hundred tasks in one call, and nothing else of them. So it only says whose turn it is: a task
whose status is still one to wait on rests until the next list, every other one is read by itself, and what a gate is
judged by is always a read. Some tasks are read by themselves all the same, to see whether the list keeps up.

Knows the cloud port, the turnstile and the clock; must not know what a status means to a gate, nor how waits are made.
"""

from __future__ import annotations

import asyncio
import functools
import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from ice_provider import pacing, times
from ice_provider.cloud import Search
from ice_provider.errors import ProviderError, Throttled, Transient
from ice_provider.turnstile import Lane
from ice_provider.wording import wording

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ice_provider.clock import Clock
    from ice_provider.cloud import Cloud, Page
    from ice_provider.model import WorkflowTask
    from ice_provider.turnstile import Turnstile

APART: Final = 20.0  # seconds between two lists of one workflow
MANY: Final = 10  # tasks of one workflow that a list may be worth
_AROUND: Final = 60.0  # seconds before the first and after the last creation that a list reaches
_PAGE: Final = 100  # tasks
_LISTED_TO_A_CONTROL: Final = 50  # tasks that a list tells of, for one that is read as well
_TOO_FAR_BEHIND: Final = 60.0  # seconds
_LISTED_FOR: Final = 89 * 24 * 3600.0  # seconds: a day less than the service lists, or tasks could drop out meanwhile
_SLACK: Final = 5.0  # seconds that a list may take


class Member(Protocol):
    """One task that is waited for.

    Attributes:
        task: As it was last read by itself.
        read_at: When that was, by the clock.
    """

    task: WorkflowTask
    read_at: float

    def rest(self, until: float, told: WorkflowTask | None = None) -> None:
        """Do not read it before this moment; `told` is what a list says of it now."""

    def read_now(self) -> None:
        """Read it by itself."""

    def may_wait_on(self, status: str) -> bool:
        """Whether all who follow it only go on waiting when this is its status."""


def list_cost(pages: int, listed: int, ended: int) -> int:
    """Return the calls of one round of bulk reading.

    Args:
        pages: Pages of the list, tasks that nobody waits for included.
        listed: Tasks on them that are waited for: some are read by themselves as a control.
        ended: Tasks of which the list has news: they are read by themselves.
    """
    return pages + math.ceil(listed / _LISTED_TO_A_CONTROL) + ended


def read_cost(ages: Sequence[float]) -> float:
    """Return the calls that single reads of tasks of these ages, in seconds, make in the time of one round."""
    return sum(APART / pacing.pause(age, jitter=1.0) for age in ages)


class BulkReads:
    """The lists of all workflows of which many tasks are waited for.

    Attributes:
        notes: What the person should know.
    """

    def __init__(
        self,
        cloud: Cloud,
        turnstile: Turnstile,
        retries: Callable[[], pacing.Retries],
        clock: Clock,
        jitter: Callable[[], float],
    ) -> None:
        """List nothing yet."""
        self.notes: list[str] = []
        self._cloud = cloud
        self._turnstile = turnstile
        self._retries = retries
        self._clock = clock
        self._jitter = jitter
        self._rounds: defaultdict[str, _Rounds] = defaultdict(self._begin)
        self._is_denied = False

    def was_read(self, member: Member) -> None:
        """Take note that a task was read by itself; one that goes on may rest until the next list."""
        workflow = member.task.workflow_id
        made = times.seconds(member.task.create_time)
        if workflow is None or made is None or self._is_denied or self._wall() - made > _LISTED_FOR:
            return
        rounds = self._rounds[workflow]
        rounds.compare(member.task)
        if member.may_wait_on(member.task.status):
            rounds.note(member, made)
        else:
            self.left(member)
        if rounds.runner is None and len(rounds.members) >= MANY and not rounds.is_over:
            rounds.runner = asyncio.create_task(self._run(workflow, rounds))

    def left(self, member: Member) -> None:
        """Take note that nobody waits for a task any more, or that it has ended."""
        for rounds in self._rounds.values():  # an answer may lack the workflow that an earlier one named
            rounds.leave(member.task.task_id)

    def stop(self) -> None:
        """List no more."""
        for rounds in self._rounds.values():
            if rounds.runner:
                rounds.runner.cancel()

    def _wall(self) -> float:
        """Return the service's time, by which the age of a task counts."""
        return self._clock.wall() + self._cloud.ahead

    def _begin(self) -> _Rounds:
        return _Rounds(self._clock)

    async def _run(self, workflow: str, rounds: _Rounds) -> None:
        """List a workflow's tasks every 20 s while many wait and the list is worth it; less often when it takes long."""
        try:
            while len(rounds.members) >= MANY and not (rounds.is_over or self._is_denied):
                began = self._clock.now()
                rounds.look_closer()
                is_worth_it = rounds.is_worth_it(self._wall())
                rounds.rest_until(began + APART + _SLACK if is_worth_it else None)
                if is_worth_it:
                    await self._list(workflow, rounds, began)
                else:
                    rounds.ended = 0  # or one round in which many ended would be the last
                await self._clock.sleep(max(began + APART - self._clock.now(), APART / 2))
        finally:
            rounds.runner = None
            rounds.rest_until(None)

    async def _list(self, workflow: str, rounds: _Rounds, began: float) -> None:
        try:
            listed = await self._pages(rounds.search(workflow), rounds, began)
        except Transient:  # until the next round everyone is read alone
            rounds.rest_until(None)
        except ProviderError as error:
            rounds.rest_until(None)
            if rounds.was_cut_short or not rounds.pages:
                self._give_up(error)
            rounds.was_cut_short = True  # its page had waited too long for its turn, perhaps: the next list begins anew
        else:
            rounds.was_cut_short = False
            rounds.take(listed, until=self._clock.now() + APART + _SLACK)
        if rounds.is_over:
            rounds.rest_until(None)
            lag = f"the list of the tasks of workflow {workflow} is more than {_TOO_FAR_BEHIND:.0f}s behind"
            self.notes.append(f"{lag}: they are read one by one from now on, {_although()}")

    def _give_up(self, error: ProviderError) -> None:
        """List no more, of no workflow, and say so once, though several lists were refused."""
        if not self._is_denied:
            self.notes.append(f"tasks are read one by one, {_although()}: {error}")
        self._is_denied = True

    async def _pages(self, search: Search, rounds: _Rounds, began: float) -> dict[str, _Listed]:
        """Return what a search finds, by ID; nothing when that would take more calls than single reads."""
        found: dict[str, _Listed] = {}
        token: str | None = None
        rounds.begin()
        while rounds.pages == 0 or (token and rounds.is_worth_it(self._wall())):
            page = await self._page(search, token, began)
            fetched_at = self._clock.now()
            found |= {task.task_id: _Listed(task, fetched_at) for task in page.tasks}
            token, rounds.pages = page.next_token, rounds.pages + 1
            if token is None:
                return found
        rounds.pages += 1  # the list went on
        return {}

    async def _page(self, search: Search, token: str | None, began: float) -> Page:
        """Return a page; one that was throttled is asked for again, at the place in the queue of the whole list."""
        ask, retries = functools.partial(self._cloud.list_workflow_tasks, search, token), self._retries()
        while True:
            try:
                page = await self._turnstile.call(ask, Lane.WAIT, began)
            except Throttled as fault:
                await self._clock.sleep(retries.after(fault, self._jitter()))
            else:
                retries.succeeded()
                return page


class _Listed(NamedTuple):
    """A task as a page told of it, and when that page was fetched."""

    task: WorkflowTask
    at: float


@dataclass
class _Rounds:
    """The lists of one workflow, one after the other.

    Attributes:
        clock: Time.
        members: The tasks that are waited for, by ID.
        pages: As many as the last list had.
        ended: As many tasks as it had news of.
        was_cut_short: Whether the last list was refused after its first page.
        is_over: Whether the list was found too far behind to be of use.
        runner: What lists; None while nothing does.
    """

    clock: Clock
    members: dict[str, Member] = field(default_factory=dict)
    pages: int = 0
    ended: int = 0
    was_cut_short: bool = False
    is_over: bool = False
    runner: asyncio.Task[None] | None = None
    _next: float | None = None
    _reach: float = 0.0
    _made: dict[str, float] = field(default_factory=dict)  # read once: for every page all ages are added up
    _listed: dict[str, str] = field(default_factory=dict)
    _ahead: dict[str, tuple[str, float]] = field(default_factory=dict)

    def note(self, member: Member, made: float) -> None:
        """Take in a task that goes on, made at `made` by the service's clock; it rests until the next list."""
        self.members[member.task.task_id] = member
        self._made[member.task.task_id] = made
        if self._next is not None:
            member.rest(self._next)

    def leave(self, task_id: str) -> None:
        """Forget a task."""
        self.members.pop(task_id, None)
        self._made.pop(task_id, None)

    def compare(self, task: WorkflowTask) -> None:
        """Remember when a task was read to be ahead of the list; not of one whose answer had only been long on its way."""
        listed = self._listed.get(task.task_id, task.status)
        if listed != task.status:
            self._ahead.setdefault(task.task_id, (listed, self.clock.now()))
        else:
            self._ahead.pop(task.task_id, None)

    def rest_until(self, moment: float | None) -> None:
        """Let tasks that are read from now on rest until the next list has come in; None: there is none, so rest no more."""
        self._next = moment
        if moment is None:
            for member in self.members.values():
                member.rest(float("-inf"))

    def begin(self) -> None:
        """Count the pages of a list."""
        self.pages, self._reach = 0, self._spread

    def look_closer(self) -> None:
        """Forget how many pages there were, once most of what was searched is out of reach: its oldest tasks have ended."""
        if self._spread < self._reach / 2:
            self.pages = 0

    @property
    def _spread(self) -> float:
        """Seconds of creation that a list reaches over."""
        made = self._made.values()
        return max(made) - min(made) + 2 * _AROUND

    def is_worth_it(self, wall: float) -> bool:
        """Whether a list takes fewer calls than to read every task by itself."""
        pages = max(self.pages, math.ceil(len(self.members) / _PAGE))
        ages = [max(0.0, wall - made) for made in self._made.values()]
        return list_cost(pages, len(self.members), self.ended) < read_cost(ages)

    def search(self, workflow: str) -> Search:
        """Return what finds all members."""
        made = self._made.values()
        return Search(
            workflow_id=workflow,
            start_of_create_time=times.told(min(made) - _AROUND),
            end_of_create_time=times.told(max(made) + _AROUND),
        )

    def take(self, listed: dict[str, _Listed], until: float) -> None:
        """Let the tasks rest whose status is one to wait on; read those that have another, and some as a control.

        Args:
            listed: What the list told of each; nothing when it was given up.
            until: When the next list will have come in.
        """
        waiting: list[Member] = []
        self.ended = 0
        self.rest_until(until if listed else None)
        for task_id, member in self.members.items():
            told = listed.get(task_id)
            if told is None:
                continue
            if member.may_wait_on(told.task.status):
                waiting.append(member)
                member.rest(until, told.task)
            else:
                self.ended += 1
                member.read_now()
        self._see_whether_it_keeps_up(listed)
        controls = math.ceil(len(waiting) / _LISTED_TO_A_CONTROL)
        for member in sorted(waiting, key=self._without_doubt)[:controls]:
            member.read_now()

    def _without_doubt(self, member: Member) -> tuple[bool, float]:
        """Return what sorts those to the front who were read otherwise than they are listed, then the longest unread."""
        return member.task.task_id not in self._ahead, member.read_at

    def _see_whether_it_keeps_up(self, listed: dict[str, _Listed]) -> None:
        """Forget what the list has caught up with; give it up when it lacks what was read long before it was fetched."""
        self._listed = {task_id: told.task.status for task_id, told in listed.items()}
        self._ahead = {
            task_id: (old, moment) for task_id, (old, moment) in self._ahead.items() if self._listed.get(task_id) == old
        }
        self.is_over |= any(
            listed[task_id].at - moment > _TOO_FAR_BEHIND for task_id, (_, moment) in self._ahead.items()
        )


def _although() -> str:
    return f"although {wording().setting('bulkReads')} is auto"
