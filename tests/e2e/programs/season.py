"""Gates a season and lists its tasks; whichever flavour is imported, it tells the same."""

import pulumi
import pulumi_ice as ice

config = pulumi.Config()

listed = ice.get_workflow_tasks_output(workflow_id="wf-2", statuses=["Succeed", "Failed"])
found = ice.get_workflow_tasks(workflow_id="wf-2", max_items=2)
read = ice.get_workflow_task(task_id="night-0", expected_statuses=["Succeed"])
season = ice.WorkflowTaskGroupGate(
    "season",
    ice.WorkflowTaskGroupGateArgs(
        task_ids=["night-2", "night-0", "night-1", "night-0"],
        min_succeeded=2,
        triggers={"release": "2024-05", "attempt": 3},
    ),
    pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="45s")),
)
after = ice.get_workflow_task_output(task_id="night-1", opts=pulumi.InvokeOutputOptions(depends_on=[season]))
adopted = ice.WorkflowTaskGate.get("adopted", "night-0")

pulumi.export("listed.taskIds", listed.task_ids)
pulumi.export("listed.counts", listed.status_counts)
pulumi.export("listed.first", listed.tasks[0])
pulumi.export("found", [task.task_id for task in found.tasks])
pulumi.export("read", read.workflow.name if read.workflow else None)
pulumi.export("after", after.activities.apply(lambda told: [each.message for each in told or []]))
pulumi.export("statuses", season.statuses)
pulumi.export("succeeded", season.succeeded_task_ids)
pulumi.export("failed", season.failed_task_ids)
pulumi.export("failedTasks", season.failed_tasks)
pulumi.export("messages", season.failed_tasks.apply(lambda told: [each.activities[0].message for each in told]))
pulumi.export("region", season.region)
pulumi.export("adopted", pulumi.Output.all(adopted.id, adopted.task_id, adopted.status, adopted.results))
