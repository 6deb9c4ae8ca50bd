"""The gate of a program that installs no plugin."""

import pulumi

import ice_dynamic as ice

task = ice.get_workflow_task_output(task_id="movie-1")
encoded = ice.WorkflowTaskGate("encoded", task_id="movie-1", wait_timeout="1m")
pulumi.Stash("site", input="published", opts=pulumi.ResourceOptions(depends_on=[encoded]))
pulumi.export("plainStatus", ice.get_workflow_task(task_id="movie-1").status)
pulumi.export("taskStatus", task.status)
pulumi.export("status", encoded.status)
pulumi.export("workflowId", encoded.workflow_id)
pulumi.export("results", encoded.results)
