"""Uses of the plugin's SDK for Python beyond those in `either.py`, checked in the same way."""

from typing import Any

import pulumi
import pulumi_ice as ice


def read_before(task_id: pulumi.Output[str]) -> pulumi.Output[ice.GetWorkflowTaskResult]:
    """The data source by its type, read once something else has been made."""
    known: ice.GetWorkflowTaskResult = ice.get_workflow_task(task_id="t-1")
    options = pulumi.InvokeOutputOptions(depends_on=[ice.WorkflowTaskGate("encoded", task_id=known.task_id)])
    return ice.get_workflow_task_output(task_id=task_id, opts=options)


def listed() -> pulumi.Output[list[str]]:
    """The list, with every argument; its results, by their types."""
    found: ice.GetWorkflowTasksResult = ice.get_workflow_tasks(
        workflow_id="wf-1",
        workflow_name="Nightly",
        key_text="m-1",
        start_of_create_time="2024-05-01T00:00:00Z",
        end_of_create_time="2024-05-02T00:00:00Z",
        statuses=["Succeed"],
        max_items=10,
    )
    failed: int = found.status_counts.get("Failed", 0)
    first: str = found.tasks[0].status
    again = ice.get_workflow_tasks_output(workflow_id=pulumi.Output.from_input("wf-1"), max_items=failed + len(first))
    return again.apply(lambda told: list(told.task_ids))


def gate_with_typed_outputs() -> pulumi.Output[str | None]:
    """The gate: what stands inside its outputs has names and types too."""
    limits = pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="45m"))
    encoded = ice.WorkflowTaskGate("encoded", task_id="t-1", opts=limits)
    job: pulumi.Output[str | None] = encoded.activities.apply(lambda told: told[0].job_id if told else None)
    pulumi.export("job", job)
    return encoded.workflow.apply(lambda told: told.name if told else None)


def group(task_ids: list[pulumi.Output[str]]) -> pulumi.Output[Any]:
    """The gate for a group, with every input."""
    season = ice.WorkflowTaskGroupGate(
        "season",
        task_ids=task_ids,
        min_succeeded=2,
        condition="results.Transcode.Result.Height > `720`",
        success_statuses=["Succeed"],
        failure_statuses=["Failed", "Canceled"],
        pending_statuses=["Init", "Processing"],
        triggers={"release": "2024-05"},
        wait_timeout="2h",
    )
    reasons = season.failed_tasks.apply(lambda told: [task.status for task in told])
    return pulumi.Output.all(season.statuses, season.succeeded_task_ids, season.failed_task_ids, reasons)


def gate_from_arguments() -> ice.WorkflowTaskGate:
    """The gate, from an object of arguments, on a provider of its own."""
    provider = ice.Provider("shanghai", region="cn-shanghai", wait_timeout="1h", requests_per_second=5)
    arguments = ice.WorkflowTaskGateArgs(task_id="t-1", triggers={"release": 7})
    return ice.WorkflowTaskGate("encoded", arguments, pulumi.ResourceOptions(provider=provider))


def found_by_its_id() -> pulumi.Output[str | None]:
    """A task that has ended, read as a gate."""
    return ice.WorkflowTaskGate.get("encoded", "t-1").workflow_id


def mistakes() -> None:
    """What must not pass, as in `either.py`."""
    ice.WorkflowTaskGate("encoded", task_id=7)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    ice.WorkflowTaskGate("encoded", task="t-1")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    ice.WorkflowTaskGroupGate("season", task_ids=7)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    ice.WorkflowTaskGateArgs(triggers={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    ice.Provider("shanghai", region=1)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    ice.get_workflow_tasks(max_items="10")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ice.get_workflow_tasks().tasks[0].name  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
