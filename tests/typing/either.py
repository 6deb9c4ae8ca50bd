"""Uses of the SDK for Python, of the plugin and of the dynamic flavour alike: only the import is another one.

Never run: mypy and pyright check, with the one import and with the other, that these uses are accepted, and that the
mistakes at the end are not. What only one flavour has stands in `plugin.py` and `dynamic.py`.
"""

from typing import Any

import pulumi
import pulumi_ice as ice


def read_once() -> str:
    """The data source, plainly."""
    task = ice.get_workflow_task(task_id="t-1", expected_statuses=["Succeed"])
    name: str | None = task.workflow.name if task.workflow else None
    jobs: list[str | None] = [activity.job_id for activity in task.activities or []]
    results: Any = (task.results or {}).get("Transcode")
    seconds: float = task.duration_seconds or 0.0
    return f"{task.status} {task.finished and task.succeeded} {name} {jobs} {results} {seconds}"


def read_from_an_output(task_id: pulumi.Output[str]) -> pulumi.Output[str]:
    """The data source, with a task ID and statuses that are not known yet."""
    task = ice.get_workflow_task_output(task_id=task_id, expected_statuses=pulumi.Output.from_input(["Succeed"]))
    return task.apply(lambda told: told.status)


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


def gate(task_id: pulumi.Output[str]) -> pulumi.Output[bool]:
    """The gate, with every input."""
    encoded = ice.WorkflowTaskGate(
        "encoded",
        task_id=task_id,
        condition="results.Transcode.Result.Height > `720`",
        success_statuses=["Succeed"],
        failure_statuses=["Failed", "Canceled"],
        pending_statuses=["Init", "Processing"],
        triggers={"release": "2024-05", "attempt": 3, "task": task_id},
        wait_timeout="45m",
        opts=pulumi.ResourceOptions(protect=True),
    )
    status: pulumi.Output[str] = encoded.status
    user_data: pulumi.Output[str | None] = encoded.user_data
    result: pulumi.Output[Any] = encoded.results.apply(lambda told: (told or {}).get("Transcode"))
    pulumi.Stash("site", input=result, opts=pulumi.ResourceOptions(depends_on=[encoded]))
    pulumi.export("status", status)
    pulumi.export("userData", user_data)
    return encoded.succeeded


def gate_with_typed_outputs() -> pulumi.Output[str | None]:
    """The gate: what stands inside its outputs has names and types too."""
    limits = pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="45m"))
    encoded = ice.WorkflowTaskGate("encoded", task_id="t-1", opts=limits)
    job: pulumi.Output[str | None] = encoded.activities.apply(lambda told: told[0].job_id if told else None)
    pulumi.export("job", job)
    return encoded.workflow.apply(lambda told: told.name if told else None)


def gate_from_arguments() -> ice.WorkflowTaskGate:
    """The gate, from an object of arguments."""
    arguments = ice.WorkflowTaskGateArgs(task_id="t-1", triggers={"release": 7})
    return ice.WorkflowTaskGate("encoded", arguments, pulumi.ResourceOptions(protect=True))


def found_by_its_id() -> pulumi.Output[str | None]:
    """A task that has ended, read as a gate."""
    return ice.WorkflowTaskGate.get("encoded", "t-1").workflow_id


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


def mistakes() -> None:
    """What must not pass, each with the error to expect; a checker complains of a comment that it has no use for."""
    ice.get_workflow_task(task="t-1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    ice.get_workflow_task(task_id=7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    task = ice.get_workflow_task(task_id="t-1")
    task.state  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    words: str = task.duration_seconds  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    ice.WorkflowTaskGate("encoded", task_id=words).statuses  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    ice.WorkflowTaskGate("encoded", task_id=7)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    ice.WorkflowTaskGate("encoded", task="t-1")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    ice.WorkflowTaskGroupGate("season", task_ids=7)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    ice.WorkflowTaskGateArgs(triggers={})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    ice.get_workflow_tasks(max_items="10")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ice.get_workflow_tasks().tasks[0].name  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
