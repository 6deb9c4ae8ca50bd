"""Exports everything that functions and gates tell; its twins in TypeScript, Go and YAML stand beside it."""

import pulumi
import pulumi_ice as ice

config = pulumi.Config()
task_id = config.require("taskId")

task = ice.get_workflow_task_output(task_id=task_id)
tasks = ice.get_workflow_tasks_output(workflow_id="wf-1", max_items=10)
encoded = ice.WorkflowTaskGate(
    "encoded",
    task_id=task_id,
    condition=config.get("condition"),
    triggers={"release": "2024-05", "attempt": 3, "notify": ["ops", "media"]},
    wait_timeout="1m",
)
season = ice.WorkflowTaskGroupGate("season", task_ids=[encoded.task_id, "sparse"], triggers={"release": 7})
pulumi.Stash("site", input="published", opts=pulumi.ResourceOptions(depends_on=[encoded]))

pulumi.export("task.activities", task.activities)
pulumi.export("task.activityResults", task.activity_results)
pulumi.export("task.createTime", task.create_time)
pulumi.export("task.durationSeconds", task.duration_seconds)
pulumi.export("task.finishTime", task.finish_time)
pulumi.export("task.finished", task.finished)
pulumi.export("task.requestId", task.request_id)
pulumi.export("task.results", task.results)
pulumi.export("task.status", task.status)
pulumi.export("task.succeeded", task.succeeded)
pulumi.export("task.taskId", task.task_id)
pulumi.export("task.taskInput", task.task_input)
pulumi.export("task.userData", task.user_data)
pulumi.export("task.workflow", task.workflow)
pulumi.export("task.workflowId", task.workflow_id)

pulumi.export("tasks.statusCounts", tasks.status_counts)
pulumi.export("tasks.taskIds", tasks.task_ids)
pulumi.export("tasks.tasks", tasks.tasks)

pulumi.export("gate.activities", encoded.activities)
pulumi.export("gate.activityResults", encoded.activity_results)
pulumi.export("gate.createTime", encoded.create_time)
pulumi.export("gate.durationSeconds", encoded.duration_seconds)
pulumi.export("gate.finishTime", encoded.finish_time)
pulumi.export("gate.finished", encoded.finished)
pulumi.export("gate.region", encoded.region)
pulumi.export("gate.requestId", encoded.request_id)
pulumi.export("gate.results", encoded.results)
pulumi.export("gate.status", encoded.status)
pulumi.export("gate.succeeded", encoded.succeeded)
pulumi.export("gate.taskId", encoded.task_id)
pulumi.export("gate.taskInput", encoded.task_input)
pulumi.export("gate.userData", encoded.user_data)
pulumi.export("gate.workflow", encoded.workflow)
pulumi.export("gate.workflowId", encoded.workflow_id)

pulumi.export("season.failedTaskIds", season.failed_task_ids)
pulumi.export("season.failedTasks", season.failed_tasks)
pulumi.export("season.region", season.region)
pulumi.export("season.statuses", season.statuses)
pulumi.export("season.succeededTaskIds", season.succeeded_task_ids)

pulumi.export("inside.workflowName", encoded.workflow.apply(lambda workflow: workflow.name if workflow else None))
pulumi.export("inside.jobIds", encoded.activities.apply(lambda found: [each.job_id for each in found or []]))
pulumi.export("inside.results", encoded.activities.apply(lambda found: [each.result for each in found or []]))
