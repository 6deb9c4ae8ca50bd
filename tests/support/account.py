"""An account of the service in virtual time: tasks that run for their length, and one quota for all who call."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Protocol

from ice_provider import times
from ice_provider.cloud import Page, Search
from ice_provider.errors import NotKnown, Throttled
from ice_provider.model import Workflow, WorkflowTask
from ice_provider.observation import observe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.virtual_time import VirtualClock

GET, LIST = "GetWorkflowTask", "ListWorkflowTasks"
_PAGE = 100


class Quota(Protocol):
    """Decides about every call as it arrives, some seconds after the account was opened."""

    def admits(self, now: float) -> bool: ...


class Unlimited:
    """Admits everything."""

    def admits(self, now: float) -> bool:
        return True


class TokenQuota:
    """So many calls a second, and a few at once."""

    def __init__(self, per_second: float, burst: float = 5.0) -> None:
        self._per_second = per_second
        self._burst = self._tokens = burst
        self._filled = 0.0

    def admits(self, now: float) -> bool:
        self._tokens = min(self._burst, self._tokens + (now - self._filled) * self._per_second)
        self._filled = now
        admitted = self._tokens >= 1
        self._tokens -= admitted
        return admitted


class WindowQuota:
    """So many calls in each window of time, as the published quotas have it: `200/60 s`."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._calls = calls
        self._seconds = seconds
        self._window, self._made = 0.0, 0

    def admits(self, now: float) -> bool:
        window = now // self._seconds
        self._made = self._made + 1 if window == self._window else 1
        self._window = window
        return self._made <= self._calls


@dataclass(frozen=True)
class Dip:
    """A quota that for a while admits nothing.

    Attributes:
        quota: At all other times.
        begins: When that is, in seconds since the account was opened.
        ends: Likewise.
    """

    quota: Quota
    begins: float
    ends: float

    def admits(self, now: float) -> bool:
        return not self.begins <= now < self.ends and self.quota.admits(now)


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the service saw it.

    Attributes:
        moment: When it arrived, in seconds since the account was opened.
        caller: Who made it.
        action: Of the API.
        task_id: Asked for; None in a list.
        throttled: Whether it was refused.
    """

    moment: float
    caller: str
    action: str
    task_id: str | None
    throttled: bool


@dataclass(frozen=True, slots=True)
class _Course:
    ends: float
    running: WorkflowTask
    ended: WorkflowTask

    def at(self, now: float) -> WorkflowTask:
        return self.ended if now >= self.ends else self.running


class Account:
    """The service's side, opened in a running loop.

    Attributes:
        calls: All that arrived, in their order.
        started: When each task was started, in seconds since the account was opened.
    """

    def __init__(self, clock: VirtualClock, quota: Quota, chance: Random, latency: tuple[float, float]) -> None:
        self.calls: list[Call] = []
        self.started: dict[str, float] = {}
        self._clock = clock
        self._opened = clock.now()
        self._quota = quota
        self._chance = chance
        self._latency = latency
        self._courses: dict[str, _Course] = {}

    def start(self, task_id: str, length: float) -> float:
        """Start a task of so many seconds, and return when it will end by the clock."""
        made = datetime.fromtimestamp(self._clock.wall(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        workflow = Workflow(workflow_id="wf-1", name="Transcoding")
        running, ended = (
            observe(task_id=task_id, status=status, create_time=made, workflow=workflow)
            for status in ("Processing", "Succeed")
        )
        self.started[task_id] = self._elapsed()
        ends = self._clock.now() + length
        self._courses[task_id] = _Course(ends, running, ended)
        return ends

    def get(self, caller: str, task_id: str) -> WorkflowTask:
        """Answer a call that arrives now."""
        self._admit(caller, GET, task_id)
        if task_id not in self._courses:
            raise NotKnown("no such task")
        return self._courses[task_id].at(self._clock.now())

    def list(self, caller: str, search: Search, token: str | None) -> Page:
        """Answer a call that arrives now: what the search finds, the newest first."""
        self._admit(caller, LIST)
        found = list(self._found(search))
        place = int(token or 0)
        more = str(place + _PAGE) if place + _PAGE < len(found) else None
        return Page(tuple(found[place : place + _PAGE]), more)

    async def travel(self) -> None:
        """Take half of the time that an answer takes."""
        await asyncio.sleep(self._chance.uniform(*self._latency) / 2)

    def _admit(self, caller: str, action: str, task_id: str | None = None) -> None:
        now = self._elapsed()
        throttled = not self._quota.admits(now)
        self.calls.append(Call(now, caller, action, task_id, throttled))
        if throttled:
            raise Throttled("slowed down by the service (Throttling.User)")

    def _elapsed(self) -> float:
        return self._clock.now() - self._opened

    def _found(self, search: Search) -> Iterator[WorkflowTask]:
        after = times.seconds(search.start_of_create_time) or 0.0
        before = times.seconds(search.end_of_create_time) or float("inf")
        for course in reversed(self._courses.values()):
            task = course.at(self._clock.now())
            made = times.seconds(task.create_time) or 0.0
            if search.workflow_id in {None, task.workflow_id} and after <= made <= before:
                yield task


@dataclass(frozen=True)
class AccountCloud:
    """Implements `ice_provider.cloud.Cloud` for one process that uses the account."""

    account: Account
    caller: str
    region: str = "cn-shanghai"
    notes: tuple[str, ...] = ()
    ahead: float = 0.0

    async def get_workflow_task(self, task_id: str) -> WorkflowTask:
        await self.account.travel()
        try:
            return self.account.get(self.caller, task_id)
        finally:
            await self.account.travel()

    async def list_workflow_tasks(self, search: Search, token: str | None) -> Page:
        await self.account.travel()
        try:
            return self.account.list(self.caller, search, token)
        finally:
            await self.account.travel()

    async def close(self) -> None:
        """There is nothing to let go of."""
