"""Processes that wait for tasks of one account, each with a poller of its own, in virtual time: what came of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

from ice_provider.acceptance import DEFAULT_PENDING
from ice_provider.model import WorkflowTask
from ice_provider.poller import Poller
from support.account import Account, AccountCloud, Unlimited
from support.virtual_time import VirtualClock, run

if TYPE_CHECKING:
    from support.account import Quota

_PATIENCE = 3600.0  # seconds after the end of the last task that anyone still waits


@dataclass(frozen=True)
class Outcome:
    """What came of a fleet's waits.

    Attributes:
        account: The account after them, with all calls.
        delays: Seconds from the end of each task until its wait ended, of the waits that did.
        unended: How many waits did not.
        longest_sleep: The most seconds that anything in a provider wanted to sleep.
    """

    account: Account
    delays: list[float]
    unended: int
    longest_sleep: float

    def throttled(self, after: float = 0.0) -> float:
        """Return the share of the answers after so many seconds that were throttled."""
        later = [call.throttled for call in self.account.calls if call.moment >= after]
        return sum(later) / len(later)

    def inequality(self, until: float) -> float:
        """Return how many times as many good answers the luckiest process had by then as the unluckiest."""
        good = Counter(call.caller for call in self.account.calls if call.moment < until and not call.throttled)
        return max(good.values()) / min(good.values())

    @cached_property
    def longest_unread(self) -> float:
        """The most seconds from the start of a task, or from a good answer about it, to the next good answer."""
        moments = {task_id: [started] for task_id, started in self.account.started.items()}
        for call in self.account.calls:
            if call.task_id and not call.throttled:
                moments[call.task_id].append(call.moment)
        return max(later - before for read in moments.values() for before, later in pairwise(read))


@dataclass(frozen=True)
class Fleet:
    """Some processes, which begin together.

    Attributes:
        processes: How many.
        tasks: That each of them waits for.
        length: Of each task, in seconds.
        starts_within: Seconds over which the starts of the tasks are spread.
        per_second: `requestsPerSecond` of each process.
        latency: The least and the most seconds that an answer takes.
        seed: Of all that is left to chance.
        in_bulk: Whether lists may stand in for reads.
    """

    processes: int = 1
    tasks: int = 1
    length: float = 600.0
    starts_within: float = 5.0
    per_second: float = 100.0
    latency: tuple[float, float] = (0.05, 0.15)
    seed: int = 1
    in_bulk: bool = False

    def run(self, quota: Quota | None = None) -> Outcome:
        """Wait for all tasks, on an account with this quota; without one, on an account that bears everything."""
        return run(self._run(quota or Unlimited()))

    async def _run(self, quota: Quota) -> Outcome:
        clock = VirtualClock()
        chance, *jitters = (Random(f"{self.seed} {number}") for number in range(self.processes + 1))  # noqa: S311  # no secret
        account = Account(clock, quota, chance, self.latency)
        waits = []
        for process, own in enumerate(jitters):
            cloud = AccountCloud(account, f"process-{process}")
            poller = Poller(cloud, clock, per_second=self.per_second, in_bulk=self.in_bulk, jitter=own.random)
            for number in range(self.tasks):
                await_one = self._wait(account, poller, f"{process}-{number}", chance.uniform(0, self.starts_within))
                waits.append(asyncio.create_task(await_one))
        limit = self.starts_within + self.length + _PATIENCE
        ended, unended = await asyncio.wait(waits, timeout=limit, return_when=asyncio.FIRST_EXCEPTION)
        return Outcome(account, [wait.result() for wait in ended], len(unended), clock.longest_sleep)

    async def _wait(self, account: Account, poller: Poller, task_id: str, starts_after: float) -> float:
        """Return the seconds from the end of a task until the poller told of it."""
        await asyncio.sleep(starts_after)
        ends = account.start(task_id, self.length)
        with poller.follow(task_id, waits_on=DEFAULT_PENDING) as follower:
            while True:
                reading = await follower.next()
                if isinstance(reading, WorkflowTask) and reading.finished:
                    return asyncio.get_running_loop().time() - ends
