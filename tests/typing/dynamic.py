"""Uses of the dynamic flavour beside the plugin's SDK, whose types it shares; checked as `either.py` is."""

from typing import Any

import pulumi
import pulumi_ice

import ice_dynamic as ice


def read_once() -> str:
    """The data source, plainly: its result is the SDK's."""
    task: pulumi_ice.GetWorkflowTaskResult = ice.get_workflow_task(task_id="t-1", expected_statuses=["Succeed"])
    jobs: list[str | None] = [activity.job_id for activity in task.activities or []]
    return f"{task.status} {jobs}"


def list_from_an_output(workflow_id: pulumi.Output[str]) -> pulumi.Output[int]:
    """The list, with a workflow that is not known yet."""
    listed: pulumi.Output[ice.GetWorkflowTasksResult] = ice.get_workflow_tasks_output(
        workflow_id=workflow_id, max_items=10, opts=pulumi.InvokeOutputOptions(depends_on=[])
    )
    return listed.apply(lambda told: told.status_counts.get("Failed", 0))


def gates(task_id: pulumi.Output[str]) -> pulumi.Output[Any]:
    """Both gates; each is one of the SDK's."""
    encoded: pulumi_ice.WorkflowTaskGate = ice.WorkflowTaskGate(
        "encoded", task_id=task_id, opts=pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="45m"))
    )
    arguments = ice.WorkflowTaskGroupGateArgs(task_ids=["t-1", task_id], min_succeeded=1)
    season: ice.WorkflowTaskGroupGate = ice.WorkflowTaskGroupGate("season", arguments)
    adopted: ice.WorkflowTaskGate = ice.WorkflowTaskGate.get("adopted", "t-1")
    return pulumi.Output.all(encoded.workflow, season.failed_tasks, adopted.status)


def mistakes() -> None:
    """What must not pass, as in `either.py`: an explicit provider needs the plugin."""
    ice.Provider("shanghai")  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
