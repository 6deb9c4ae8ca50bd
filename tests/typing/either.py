"""Uses of the plugin's SDK and of the dynamic flavour alike: only the next import is another one.

Never run: mypy and pyright check, with the one import and with the other, that these uses are accepted, and that the
mistakes at the end are not. What only one of them has stands in `uses.py`.
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


def mistakes() -> None:
    """What must not pass, each with the error to expect; a checker complains of a comment that it has no use for."""
    ice.get_workflow_task(task="t-1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    ice.get_workflow_task(task_id=7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    task = ice.get_workflow_task(task_id="t-1")
    task.state  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    words: str = task.duration_seconds  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    ice.WorkflowTaskGate("encoded", task_id=words).statuses  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
