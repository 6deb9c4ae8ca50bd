"""`ice:index:WorkflowTaskGate`: waits until a task has ended well, so that other resources can depend on it.

The gate makes nothing in the cloud. The task ID is all the state that a wait has: interrupted or timed out, nothing is
recorded, and the next `pulumi up` takes the wait up again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ice_provider import messages, task_id, waiting
from ice_provider.acceptance import Rule, Shut, Wait, judge
from ice_provider.declaration import declared
from ice_provider.errors import (
    Denied,
    GateShut,
    InvalidInput,
    NotKnown,
    NotSignedIn,
    Problem,
    Rejected,
    Transient,
)
from ice_provider.model import GatedTask
from ice_provider.observation import gated, recalled
from ice_provider.resources.rule_inputs import RuleInputs
from ice_provider.session import Operation

_ADOPT_LIMIT: Final = 30.0  # seconds
_AWAITED: Final = frozenset({"taskId", "triggers", "region"})  # a change of these reads the task again
_JUDGED: Final = frozenset({"successStatuses", "failureStatuses", "pendingStatuses", "condition"})


@dataclass(frozen=True, slots=True)
class Inputs(RuleInputs):
    """What a user writes to make a gate."""

    task_id: str = declared(
        "The ID of the workflow task to wait for. A change is awaited in place; if the new task does not end well, "
        "the gate keeps the old one.",
        problem=task_id.problem,
    )


class WorkflowTaskGate:
    """Waits for one task."""

    token = "ice:index:WorkflowTaskGate"
    inputs = Inputs
    outputs = GatedTask
    doc = (
        "Waits until a workflow task of Alibaba Cloud Intelligent Media Services has ended well. What depends on the "
        "gate is made only then; when the task ends badly the deployment stops at once and says which activity failed "
        "and why.\n\nA preview reads the task once and never waits. A recorded gate is not read again while its "
        "inputs and the region stay the same, so nothing is lost when the service forgets the task after one year. "
        "Deleting a gate changes nothing in the cloud.\n\n"
        "The limit of the wait is a deadline: `customTimeouts`, else `waitTimeout`, else the provider's `waitTimeout`."
    )

    async def preview(self, inputs: Inputs, operation: Operation) -> GatedTask | None:
        """Read once, and tell what `pulumi up` would do.

        Raises:
            GateShut: The task has ended, and not well.
        """
        task = await self._glance(inputs, operation)
        if task is None:
            return None
        match judge(task, inputs.rule()):
            case Shut(error):
                raise error
            case Wait():
                limit = operation.limit(inputs.wait_timeout)
                now = operation.session.clock.wall()
                await operation.reporter.progress(messages.would_wait(task, limit=limit, now=now))
                return None
        return task

    async def create(self, inputs: Inputs, operation: Operation) -> GatedTask:
        """Wait for the task. See `waiting.wait` for what it raises."""
        return await waiting.wait(inputs.task_id, inputs.rule(), operation.limit(inputs.wait_timeout), operation)

    async def update(
        self, inputs: Inputs, recorded: GatedTask, changed: frozenset[str], operation: Operation
    ) -> GatedTask | None:
        """Await another task, or one that still went on; judge an ended one again without a call; or change nothing."""
        if "region" in changed:
            move = f"the provider moved from {recorded.region} to {operation.session.region}: the task is read there"
            await operation.reporter.progress(move)
        if changed & _AWAITED or (changed & _JUDGED and not recorded.finished):
            return await (self.preview if operation.preview else self.create)(inputs, operation)
        if changed & _JUDGED:
            verdict = judge(recalled(recorded), inputs.rule())
            if isinstance(verdict, Shut):
                raise verdict.error
        return recorded

    async def adopt(self, given: Mapping[str, Any], identity: str, operation: Operation) -> tuple[Inputs, GatedTask]:
        """Record a task that has ended well, by the default rule: import, and `.get()`.

        Raises:
            GateShut: It has not ended, or not well.
        """
        inputs = Inputs(task_id=str(given.get("taskId") or identity))
        if reason := task_id.problem(inputs.task_id):
            raise InvalidInput([Problem("", f"the ID to import {reason}")])
        task = await _read(inputs.task_id, _ADOPT_LIMIT, operation)
        match judge(task, Rule()):
            case Shut(error):
                raise messages.not_importable(error)
            case Wait():
                raise GateShut(
                    f"{messages.task(task.task_id)} is {task.status}: only a task that has ended well can be imported "
                    "as a gate",
                    [("next", "import it once it has ended, or let `pulumi up` create the gate and wait")],
                )
        return inputs, task

    async def _glance(self, inputs: Inputs, operation: Operation) -> GatedTask | None:
        """Read once for a preview; what only `pulumi up` may find mended is a warning, and None."""
        try:
            return await _read(inputs.task_id, waiting.PREVIEW_LIMIT, operation)
        except (Transient, NotKnown, NotSignedIn, Denied, Rejected, InvalidInput) as error:
            await operation.reporter.warn(messages.not_foreseen(error))
            return None


async def _read(id_: str, within: float, operation: Operation) -> GatedTask:
    """Read a task once, as a gate records it. See `Operation.read` for what it raises."""
    return gated(await operation.read(id_, within=within), operation.session.region)
