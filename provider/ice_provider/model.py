"""The nouns: a workflow task, its workflow, its activities. One declaration each.

Docs are taken from here for the schema and every SDK. Knows declarations and the words of the API; must not know how a
task is fetched, judged or sent on.

Source: the pages of GetWorkflowTask and ListWorkflowTasks (ICE, API 2020-11-09).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ice_provider.declaration import Json, declared


@dataclass(frozen=True, slots=True)
class Workflow:
    """The workflow that a task runs."""

    workflow_id: str | None = declared("The ID of the workflow.", default=None)
    name: str | None = declared("The name of the workflow.", default=None)
    status: str | None = declared("The state of the workflow: `Active` or `Inactive`.", default=None)
    type: str | None = declared(
        "Who made the workflow: `Customize` (custom), `System` (preset) or `Common` (made by a user).", default=None
    )
    create_time: str | None = declared("When the workflow was made. ISO 8601, UTC.", default=None)
    modified_time: str | None = declared("When the workflow was last changed. ISO 8601, UTC.", default=None)


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity (node) of a workflow task, as far as the service tells of it."""

    activity_id: str | None = declared("The ID of the activity in the workflow.", default=None)
    activity_instance_id: str | None = declared("The ID of this run of the activity.", default=None)
    status: str | None = declared("The state of the activity, in the service's own word.", default=None)
    start_time: str | None = declared("When the activity began. ISO 8601, UTC.", default=None)
    end_time: str | None = declared("When the activity ended. ISO 8601, UTC.", default=None)
    job_id: str | None = declared("The ID of the job that did the work.", default=None)
    job_type: str | None = declared("The kind of that job.", default=None)
    message: str | None = declared(
        "The reason that the service gives, `Code: Message`; absent when it gives none.", default=None
    )
    result: Mapping[str, Json] | None = declared(
        "What the activity returned, when that is a JSON object. Its names are the service's.", default=None
    )


@dataclass(frozen=True, slots=True, weakref_slot=True)
class WorkflowTask:
    """A workflow task as the service told of it, and what follows from that."""

    task_id: str = declared("The ID of the workflow task.")
    status: str = declared(
        "The state of the task: `Init`, `Processing`, `Succeed`, `Failed` or `Canceled`; a newer word of the service "
        "is passed on as it is."
    )
    finished: bool = declared("Whether the task has ended: `Succeed`, `Failed` or `Canceled`.")
    succeeded: bool = declared("Whether the task has ended as `Succeed`.")
    task_input: str | None = declared("The input of the task, as it was submitted. Usually JSON text.", default=None)
    create_time: str | None = declared("When the task was made. ISO 8601, UTC.", default=None)
    finish_time: str | None = declared("When the task ended. ISO 8601, UTC. Absent before.", default=None)
    duration_seconds: float | None = declared("How long the task ran, in seconds. Absent before its end.", default=None)
    workflow_id: str | None = declared("The ID of the workflow that the task runs.", default=None)
    workflow: Workflow | None = declared("The workflow that the task runs.", default=None)
    activity_results: str | None = declared(
        "The results of all activities, word for word as the service sends them. Usually JSON text.", default=None
    )
    results: Mapping[str, Json] | None = declared(
        "`activityResults` as an object, when it is a JSON object; absent otherwise. Its names are the service's.",
        default=None,
    )
    activities: tuple[Activity, ...] | None = declared(
        "The activities in order of their start; absent when `activityResults` cannot be read.", default=None
    )
    user_data: str | None = declared(
        "The text that the submitter attached to the task. It may hold a callback address.", default=None
    )
    request_id: str | None = declared("The ID of the API call that gave this answer, for a support case.", default=None)


@dataclass(frozen=True, slots=True)
class GatedTask(WorkflowTask):
    """A workflow task as a gate recorded it."""

    user_data: str | None = declared(
        "The text that the submitter attached to the task. Secret: it may hold a callback address.",
        default=None,
        secret=True,
    )
    region: str | None = declared("The region in which the task was read.", default=None)
