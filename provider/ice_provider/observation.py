"""From the service's raw fields to a `WorkflowTask`: what was said, trimmed, and what follows from it.

Pure. Must not know where the fields come from.
"""

from __future__ import annotations

import dataclasses

from ice_provider import activities, times, words
from ice_provider.declaration import properties
from ice_provider.model import GatedTask, Workflow, WorkflowTask


def observe(
    *,
    task_id: str,
    status: str,
    request_id: str | None = None,
    task_input: str | None = None,
    create_time: str | None = None,
    finish_time: str | None = None,
    workflow: Workflow | None = None,
    activity_results: str | None = None,
    user_data: str | None = None,
    before: WorkflowTask | None = None,
) -> WorkflowTask:
    """Return the task that these fields describe; empty ones count as absent.

    `before` is an earlier reading of the task: what it already understood is not read again, as most polls bring
    nothing new.
    """
    finished = status in words.ENDED
    if before and before.activity_results == activity_results:
        results, parsed = before.results, before.activities
    else:
        results, parsed = activities.read(activity_results)
    return WorkflowTask(
        task_id=task_id,
        status=status,
        finished=finished,
        succeeded=status == words.SUCCEED,
        task_input=task_input,
        create_time=times.trim(create_time),
        finish_time=times.trim(finish_time),
        duration_seconds=times.between(create_time, finish_time) if finished else None,
        workflow_id=workflow.workflow_id if workflow else None,
        workflow=workflow,
        activity_results=activity_results,
        results=results,
        activities=parsed,
        user_data=user_data,
        request_id=request_id,
    )


def gated(task: WorkflowTask, region: str | None) -> GatedTask:
    """Return a task as a gate records it."""
    fields = {property_.attribute: getattr(task, property_.attribute) for property_ in properties(WorkflowTask)}
    return GatedTask(**fields, region=region)


def recalled(recorded: GatedTask) -> GatedTask:
    """Return a recorded task as it was first judged: a state keeps whole numbers as floats, and no order of names."""
    if recorded.activity_results is None:
        return recorded
    results, parsed = activities.read(recorded.activity_results)
    return dataclasses.replace(recorded, results=results, activities=parsed)
