"""Whatever happens in whatever order, a gate opens only on a success it has seen, names its reason, and ends in time."""

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


class World(ScriptedCloud):
    """Answers as the machine says at the moment.

    Attributes:
        status: Of each task.
        fault: What comes instead of a true answer; None for none.
        told: The statuses that went out, by task.
    """

    def __init__(self) -> None:
        super().__init__()
        self.status = dict.fromkeys(TASKS, "Processing")
        self.fault: ProviderError | str | None = None
        self.told: dict[str, list[str]] = {name: [] for name in TASKS}

    async def get_workflow_task(self, task_id: str) -> WorkflowTask:
        if self.fault == "hang":
            await asyncio.Event().wait()
        if isinstance(self.fault, ProviderError):
            raise self.fault
        self.told[task_id].append(self.status[task_id])
        return task(self.status[task_id], task_id)

    async def list_workflow_tasks(self, search: Search, token: str | None) -> Page:
        raise AssertionError("nobody asked for a list")


class GateMachine(RuleBasedStateMachine):
    """One create, and a world that changes while it goes on."""

    token: ClassVar[str]
    needed: ClassVar[int]
    tasks: ClassVar[tuple[str, ...]]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.world = World()
        self.stopped = False

    @initialize()
    def begin(self) -> None:
        self.run(self.start())

    async def start(self) -> None:
        self.clock = SteppedClock()
        self.session = session(self.world, self.clock)
        self.began = self.clock.now()
        self.act = Operation(self.session, Lines(), "create", timeout=LIMIT)
        self.wait = asyncio.create_task(RESOURCES[self.token].create(self.inputs(), self.act))

    def inputs(self) -> Any:
        raise NotImplementedError

    def run(self, work: Awaitable[None]) -> None:
        self.loop.run_until_complete(work)

    @rule(name=st.sampled_from(TASKS), status=st.sampled_from(STATUSES))
    def a_task_changes(self, name: str, status: str) -> None:
        self.world.status[name] = status

    @rule(fault=st.sampled_from(FAULTS))
    def the_api_falters(self, fault: ProviderError | str) -> None:
        self.world.fault = fault

    @rule()
    def the_api_recovers(self) -> None:
        self.world.fault = None

    @rule(seconds=st.floats(0.1, 45.0))
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
    def it_ends_in_time_and_for_a_reason(self) -> None:
        if not hasattr(self, "wait"):
            return
        if not self.wait.done():
            assert self.clock.now() <= self.began + LIMIT + 1
            return
        error = self.wait.exception()
        if error is None:
            opened_by = [name for name in self.tasks if "Succeed" in self.world.told[name]]
            assert len(opened_by) >= self.needed
        elif isinstance(error, DeadlineExceeded):
            assert self.clock.now() >= self.began + LIMIT
        elif isinstance(error, Interrupted):
            assert self.stopped
        else:
            assert isinstance(error, GateShut | NotKnown)
            assert error.headline

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


class GroupMachine(GateMachine):
    token, needed, tasks = "ice:index:WorkflowTaskGroupGate", 2, TASKS

    def inputs(self) -> Any:
        return GroupInputs(task_ids=TASKS, min_succeeded=self.needed)


TestGateOfOneTask = SingleMachine.TestCase
TestGateOfOneTask.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestGateOfAGroup = GroupMachine.TestCase
TestGateOfAGroup.settings = TestGateOfOneTask.settings
