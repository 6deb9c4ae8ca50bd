"""`get_workflow_task` for programs without the plugin, with the arguments and the result of the generated SDK."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pulumi

from ice_dynamic.running import configuration, settle
from ice_provider.decoding import decode
from ice_provider.functions.get_workflow_task import Arguments, GetWorkflowTask
from ice_provider.model import WorkflowTask
from ice_provider.session import Operation


def get_workflow_task(task_id: str, expected_statuses: Sequence[str] | None = None) -> WorkflowTask:
    """Read a workflow task once.

    Args:
        task_id: The ID of the task.
        expected_statuses: Status words that are accepted; with any other the call fails, with the reason.

    Raises:
        WorkflowTaskError: The task cannot be read, or has none of the expected statuses.
    """
    given = {"taskId": task_id, "expectedStatuses": list(expected_statuses) if expected_statuses is not None else None}
    preview = pulumi.runtime.is_dry_run()

    async def act(operation: Operation) -> WorkflowTask:
        return await GetWorkflowTask().call(decode(Arguments, given), operation)

    return settle(configuration(pulumi.Config("ice").get), act, "read", preview=preview)


def get_workflow_task_output(
    task_id: pulumi.Input[str], expected_statuses: pulumi.Input[Sequence[str] | None] = None
) -> pulumi.Output[WorkflowTask]:
    """Read a workflow task once its ID is known. See `get_workflow_task`."""
    arguments = pulumi.Output.all(task_id=task_id, expected_statuses=expected_statuses)
    return arguments.apply(lambda known: asyncio.to_thread(get_workflow_task, **known))
