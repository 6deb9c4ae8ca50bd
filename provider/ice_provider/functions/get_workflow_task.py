"""`ice:index:getWorkflowTask`: one read of a task, which never waits for its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ice_provider import messages, task_id, words
from ice_provider.declaration import declared
from ice_provider.errors import Problem
from ice_provider.model import WorkflowTask
from ice_provider.observation import gated
from ice_provider.session import Operation

_LIMIT: Final = 30.0  # seconds for one read, transient faults asked again within


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of the function."""

    task_id: str = declared("The ID of the workflow task to read.", problem=task_id.problem)
    expected_statuses: tuple[str, ...] | None = declared(
        "Status words that are accepted; with any other the call fails, with the reason.",
        default=None,
        problem=words.choice_problem,
    )

    @staticmethod
    def problems(_known: Mapping[str, Any], given: Mapping[str, Any]) -> list[Problem]:
        """Recognise a task ID that was given by position: the SDK for Python sorts arguments by name."""
        if given.get("taskId") is None and isinstance(given.get("expectedStatuses"), str):
            return [
                Problem("expectedStatuses", "holds what looks like a task ID; name it: get_workflow_task(task_id=…)")
            ]
        return []


class GetWorkflowTask:
    """Reads a task once."""

    token = "ice:index:getWorkflowTask"
    inputs = Arguments
    outputs = WorkflowTask
    doc = (
        "Reads a workflow task of Alibaba Cloud Intelligent Media Services once: its status, its workflow and the "
        "results of its activities. It never waits: to hold back other resources until a task has ended well, use "
        "`WorkflowTaskGate`.\n\nThe service keeps a task for one year. Needs the permission `ice:GetWorkflowTask`."
    )

    async def call(self, inputs: Arguments, operation: Operation) -> WorkflowTask:
        """Return the task as it stands.

        Raises:
            GateShut: It has none of the expected statuses.
            Interrupted: The engine asked to stop.
            NotKnown, NotSignedIn, Denied, Rejected, Transient, InvalidInput: It could not be read.
        """
        seen = await operation.read(inputs.task_id, within=_LIMIT)
        expected = inputs.expected_statuses
        if expected is None or seen.status in expected:
            return seen
        refusal = messages.not_expected(gated(seen, operation.session.region), expected)
        if not (operation.preview and seen.status in words.PENDING):
            raise refusal
        await operation.reporter.warn(f"{refusal.headline}: `pulumi up` would fail if that is still so")
        return seen
