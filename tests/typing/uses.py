"""Typical uses of the SDK for Python. Never run: mypy checks that they are accepted, and that mistakes are not."""

from typing import Any

import pulumi
import pulumi_ice as ice


def read_once() -> str:
    """The data source, plainly."""
    task: ice.GetWorkflowTaskResult = ice.get_workflow_task(task_id="t-1", expected_statuses=["Succeed"])
    name: str | None = task.workflow.name if task.workflow else None
    jobs: list[str | None] = [activity.job_id for activity in task.activities or []]
    results: Any = (task.results or {}).get("Transcode")
    seconds: float = task.duration_seconds or 0.0
    return f"{task.status} {task.finished and task.succeeded} {name} {jobs} {results} {seconds}"


def read_from_an_output(task_id: pulumi.Output[str]) -> pulumi.Output[str]:
    """The data source, with a task ID that is not known yet."""
    task: pulumi.Output[ice.GetWorkflowTaskResult] = ice.get_workflow_task_output(
        task_id=task_id,
        expected_statuses=pulumi.Output.from_input(["Succeed"]),
        opts=pulumi.InvokeOutputOptions(depends_on=[]),
    )
    return task.apply(lambda told: told.status)


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
        opts=pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="45m")),
    )
    status: pulumi.Output[str] = encoded.status
    user_data: pulumi.Output[str | None] = encoded.user_data
    workflow: pulumi.Output[str | None] = encoded.workflow.apply(lambda told: told.name if told else None)
    job: pulumi.Output[str | None] = encoded.activities.apply(lambda told: told[0].job_id if told else None)
    result: pulumi.Output[Any] = encoded.results.apply(lambda told: (told or {}).get("Transcode"))
    pulumi.Output.all(status, user_data, workflow, job, result)
    return encoded.succeeded


def gate_from_arguments() -> ice.WorkflowTaskGate:
    """The gate, from an object of arguments, on a provider of its own."""
    provider = ice.Provider("shanghai", region="cn-shanghai", wait_timeout="1h", requests_per_second=5)
    arguments = ice.WorkflowTaskGateArgs(task_id="t-1", triggers={"release": 7})
    return ice.WorkflowTaskGate("encoded", arguments, pulumi.ResourceOptions(provider=provider))


def found_by_its_id() -> pulumi.Output[str | None]:
    """A task that has ended, read as a gate."""
    return ice.WorkflowTaskGate.get("encoded", "t-1").workflow_id


def mistakes() -> None:
    """What must not pass: with `warn_unused_ignores`, mypy complains when one does."""
    ice.get_workflow_task(task="t-1")  # type: ignore[call-arg]
    ice.WorkflowTaskGate("encoded", task_id=7)  # type: ignore[call-overload]
