"""Tasks of one workflow in virtual time, and waiting for them all: what bulk reading is tried with."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Container
from typing import Any

from ice_provider import times
from ice_provider.acceptance import DEFAULT_PENDING
from ice_provider.cloud import Page, Search
from ice_provider.errors import Rejected, Throttled
from ice_provider.model import WorkflowTask
from ice_provider.poller import Poller
from support.cloud import task
from support.virtual_time import VirtualClock, run

LENGTH = 600.0  # seconds


class Films:
    """Implements `ice_provider.cloud.Cloud`: tasks of one workflow, made when it begins, that last for ten minutes.

    Attributes:
        lengths: Seconds that tasks last, by ID, where that is not ten minutes.
        behind: Seconds that the list is behind.
        ahead: Seconds that its clock is ahead of ours.
        strangers: Tasks of the same workflow that nobody waits for.
        refusal: What a list is answered with instead.
        reads: How often each task was read.
        searches: What was listed.
        throttled_pages: Which calls of a list are throttled, counted from 0.
        refused_pages: Which are refused as a token that has expired is; likewise.
        statuses: Words that a task has before it ends, by ID, in the place of Processing.
    """

    region, notes, caller = "cn-shanghai", (), "the key"

    def __init__(self, clock: VirtualClock, *, behind: float = 0.0, strangers: int = 0, ahead: float = 0.0) -> None:
        self.behind, self.strangers, self.ahead = behind, strangers, ahead
        self.refusal: Exception | None = None
        self.reads: Counter[str] = Counter()
        self.searches: list[Search] = []
        self.statuses: dict[str, str] = {}
        self.lengths: dict[str, float] = {}
        self.throttled_pages: set[int] = set()
        self.refused_pages: Container[int] = ()
        self.count = 0
        self._clock = clock
        self._made = self._now()

    @property
    def calls(self) -> int:
        return len(self.searches) + self.reads.total()

    async def get_workflow_task(self, task_id: str) -> WorkflowTask:
        self.reads[task_id] += 1
        await asyncio.sleep(0.1)
        return self._task(task_id, self._now(), activity_results='{"T": {"Status": "Processing"}}')

    async def list_workflow_tasks(self, search: Search, token: str | None) -> Page:
        self.searches.append(search)
        await asyncio.sleep(0.1)
        if self.refusal:
            raise self.refusal
        if len(self.searches) - 1 in self.throttled_pages:
            raise Throttled("slow down")
        if token and len(self.searches) - 1 in self.refused_pages:
            raise Rejected("cannot list workflow tasks: InvalidParameter.NextToken")
        names = [f"t-{number}" for number in range(self.count + self.strangers)]
        place = int(token or 0)
        page = [self._task(name, self._now() - self.behind) for name in names[place : place + 100]]
        return Page(tuple(page), str(place + 100) if place + 100 < len(names) else None)

    async def close(self) -> None:
        """Nothing to let go of."""

    def _now(self) -> float:
        return self._clock.wall() + self.ahead

    def _task(self, task_id: str, now: float, **fields: Any) -> WorkflowTask:
        is_over = now - self._made >= self.lengths.get(task_id, LENGTH)
        status = "Succeed" if is_over else self.statuses.get(task_id, "Processing")
        return task(status, task_id, create_time=times.told(self._made), **fields)


def waited_for(count: int, *, in_bulk: bool = True, **films: Any) -> tuple[Films, Poller, float]:
    """Wait for so many tasks; return what was asked, the poller, and how many seconds after its end the last was seen."""
    return run(_wait(count, in_bulk=in_bulk, **films))


async def _wait(
    count: int,
    *,
    in_bulk: bool,
    per_second: float = 100,
    prepare: Callable[[Films], None] = lambda _: None,
    kind: type[Films] = Films,
    **films: Any,
) -> tuple[Films, Poller, float]:
    clock = VirtualClock()
    cloud = kind(clock, **films)
    cloud.count, began = count, clock.now()
    prepare(cloud)
    poller = Poller(cloud, clock, per_second=per_second, in_bulk=in_bulk, jitter=lambda: 1.0)

    async def wait(task_id: str) -> None:
        with poller.follow(task_id, waits_on=DEFAULT_PENDING) as follower:
            while not (isinstance(seen := await follower.next(), WorkflowTask) and seen.succeeded):
                pass
        assert seen.results is not None  # never from the list

    await asyncio.gather(*(wait(f"t-{number}") for number in range(count)))
    poller.stop()
    return cloud, poller, clock.now() - began - LENGTH
