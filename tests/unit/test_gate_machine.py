"""Whatever happens in whatever order, a gate ends when, and only when, what it was told decides it, and says why.

What it was told is judged here once more, by the plain words of the design: an oracle that shares no code with the gate.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ice_provider.cloud import Page, Search
from ice_provider.errors import (
    BrokenAnswer,
    DeadlineExceeded,
    GateShut,
    Interrupted,
    NotKnown,
    ProviderError,
    Throttled,
    Unreachable,
)
from ice_provider.model import WorkflowTask
from ice_provider.resources import RESOURCES
from ice_provider.resources.workflow_task_gate import Inputs as GateInputs
from ice_provider.resources.workflow_task_group_gate import Inputs as GroupInputs
from ice_provider.session import Operation
from support.clock import SteppedClock
from support.cloud import ScriptedCloud, task
from support.operation import Lines, session

LIMIT = 120.0
TASKS = ("a", "b", "c")
FAULTS = (
    Throttled("slow"),
    Throttled("slow", retry_after=30.0),
    Unreachable("down"),
    BrokenAnswer("html"),
    NotKnown("not known"),
    "hang",
)
STATUSES = ("Init", "Processing", "Succeed", "Failed", "Canceled", "Queued")
REASONS = {
    "Failed": "failed: the service gave no reason",
    "Canceled": "was canceled: the service gave no reason",
    "Queued": 'has the unknown status "Queued"',
    "NotKnown": "not known",
}
ATTEMPT = 15.0  # seconds, after which the real client gives up a call that hangs


Told = list[tuple[float, str]]
"""Seconds since the beginning, and the status or the kind of fault that an answer held."""


def verdict(told: Told) -> str:
    """Return what answers about one task come to: `open`, `waiting`, or the reason why it is shut."""
    good_at, strange_since = 0.0, None
    for moment, answer in told:
        match answer:
            case "Succeed":
                return "open"
            case "Failed" | "Canceled" | "Queued":
                return REASONS[answer]
            case "NotKnown":
                strange_since = moment if strange_since is None else strange_since
                if moment - good_at >= 30 and moment - strange_since >= 10:
                    return REASONS[answer]
            case "Init" | "Processing":
                good_at, strange_since = moment, None
            case "Unreachable" | "BrokenAnswer":
                strange_since = None
    return "waiting"


class World(ScriptedCloud):
    """Answers as the machine says at the moment.

    Attributes:
        status: Of each task.
        fault: What comes instead of a true answer; None for none.
        told: What went out, by task.
    """

    def __init__(self, clock: SteppedClock) -> None:
        super().__init__()
        self.status = dict.fromkeys(TASKS, "Processing")
        self.fault: ProviderError | str | None = None
        self.told: dict[str, Told] = {name: [] for name in TASKS}
        self._clock = clock
        self._began = clock.now()

    async def get_workflow_task(self, task_id: str) -> WorkflowTask:
        if self.fault == "hang":
            await self._clock.sleep(ATTEMPT)
            raise self._tell(task_id, Unreachable("no answer in time"))
        if isinstance(self.fault, ProviderError):
            raise self._tell(task_id, self.fault)
        self._tell(task_id, self.status[task_id])
        return task(self.status[task_id], task_id)

    async def list_workflow_tasks(self, search: Search, token: str | None) -> Page:
        raise AssertionError("nobody asked for a list")

    def _tell(self, task_id: str, answer: Any) -> Any:
        told = answer if isinstance(answer, str) else type(answer).__name__
        self.told[task_id].append((self._clock.now() - self._began, told))
        return answer


class GateMachine(RuleBasedStateMachine):
    """One create, and a world that changes while it goes on."""

    token: ClassVar[str]
    needed: ClassVar[int]
    tasks: ClassVar[tuple[str, ...]]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.clock = SteppedClock()
        self.world = World(self.clock)
        self.stopped = False

    @initialize()
    def begin(self) -> None:
        self.run(self.start())

    async def start(self) -> None:
        self.session = session(self.world, self.clock)
        self.began = self.clock.now()
        self.act = Operation(self.session, Lines(), "create", timeout=LIMIT)
        self.wait = asyncio.create_task(RESOURCES[self.token].create(self.inputs(), self.act))

    def inputs(self) -> Any:
        raise NotImplementedError

    def run(self, work: Awaitable[None]) -> None:
        self.loop.run_until_complete(work)

    @rule(number=st.integers(0, 2), status=st.sampled_from(("Init", "Processing") * 3 + STATUSES))
    def a_task_changes(self, number: int, status: str) -> None:
        self.world.status[self.tasks[number % len(self.tasks)]] = status

    @rule(fault=st.sampled_from(FAULTS))
    def the_api_falters(self, fault: ProviderError | str) -> None:
        self.world.fault = fault

    @rule()
    def the_api_recovers(self) -> None:
        self.world.fault = None

    @rule(seconds=st.floats(20.0, 50.0))
    def an_outage_ends_in_not_known(self, seconds: float) -> None:
        self.world.fault = Unreachable("down")
        self.run(self.clock.advance(seconds))
        self.world.fault = NotKnown("not known")

    @rule(seconds=st.floats(0.1, 20.0))
    def time_passes(self, seconds: float) -> None:
        self.run(self.clock.advance(seconds))

    @rule(chance=st.integers(0, 9))
    def someone_presses_ctrl_c(self, chance: int) -> None:
        if chance == 0:
            self.session.stop()
            self.stopped = True
            self.run(self.clock.advance(0.0))
            assert self.wait.done()

    @invariant()
    def it_ends_when_it_is_decided_and_not_before(self) -> None:
        if not hasattr(self, "wait"):
            return
        verdicts = {name: verdict(self.world.told[name]) for name in self.tasks}
        opens = list(verdicts.values()).count("open") >= self.needed
        shut = {name: reason for name, reason in verdicts.items() if reason not in {"open", "waiting"}}
        is_shut = len(self.tasks) - len(shut) < self.needed
        if not self.wait.done():
            assert [opens, is_shut, self.stopped] == [False] * 3
            assert self.clock.now() <= self.began + LIMIT + 1
            return
        match self.wait.exception():
            case None:
                assert opens
            case Interrupted():
                assert self.stopped
            case DeadlineExceeded() as error:
                assert self.clock.now() >= self.began + LIMIT
                assert [opens, is_shut] == [False] * 2
                self.names_the_last_status(error)
            case GateShut() | NotKnown() as error:
                assert is_shut
                assert all(f"{name}: {reason}" in self.reasons(error) for name, reason in shut.items())
            case other:
                raise AssertionError(other)

    def names_the_last_status(self, error: DeadlineExceeded) -> None:
        raise NotImplementedError

    def reasons(self, error: ProviderError) -> list[str]:
        """Return `task: reason` for each task that an error tells of."""
        raise NotImplementedError

    def teardown(self) -> None:
        if hasattr(self, "wait"):
            self.run(self.clock.advance(LIMIT + 1))
            assert self.wait.done()
            self.wait.exception()
        self.loop.close()


class SingleMachine(GateMachine):
    token, needed, tasks = "ice:index:WorkflowTaskGate", 1, ("a",)

    def inputs(self) -> Any:
        return GateInputs(task_id="a")

    def names_the_last_status(self, error: DeadlineExceeded) -> None:
        told = [status for _, status in self.world.told["a"]]
        known = [status for status in told if status in STATUSES]
        unread = "not known" if told[-1:] == ["NotKnown"] else "could not be read"
        assert (f"was still {known[-1]} when" if known else unread) in error.headline

    def reasons(self, error: ProviderError) -> list[str]:
        told = error.headline.removeprefix("workflow task a ")
        return [f"a: {reason}" for reason in REASONS.values() if told.startswith(reason)]


class GroupMachine(GateMachine):
    token, needed, tasks = "ice:index:WorkflowTaskGroupGate", 2, TASKS

    def inputs(self) -> Any:
        return GroupInputs(task_ids=TASKS, min_succeeded=self.needed)

    def names_the_last_status(self, error: DeadlineExceeded) -> None:
        answered = {*STATUSES, "NotKnown"}
        unread = [name for name in TASKS if answered.isdisjoint(answer for _, answer in self.world.told[name])]
        assert (f"{len(unread)} not read yet" in dict(error.hints)["standing"]) == bool(unread)

    def reasons(self, error: ProviderError) -> list[str]:
        lines = [text.partition(": ") for word, text in error.hints if word == "failed"]
        return [
            f"{name}: {reason}" for name, _, told in lines for reason in REASONS.values() if told.startswith(reason)
        ]


TestGateOfOneTask = SingleMachine.TestCase
TestGateOfOneTask.settings = settings(max_examples=100, stateful_step_count=30)
TestGateOfAGroup = GroupMachine.TestCase
TestGateOfAGroup.settings = TestGateOfOneTask.settings
