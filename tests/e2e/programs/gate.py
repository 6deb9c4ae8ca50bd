"""Exports what the data source and the gate tell, and publishes behind the gate."""

import pulumi
import pulumi_ice as ice

task = ice.get_workflow_task_output(task_id="movie-1")
encoded = ice.WorkflowTaskGate("encoded", task_id="movie-1")
pulumi.Stash("site", input="published", opts=pulumi.ResourceOptions(depends_on=[encoded]))
for source, told in (("task", task), ("gate", encoded)):
    pulumi.export(f"{source}Status", told.status)
    pulumi.export(f"{source}WorkflowId", told.workflow_id)
    pulumi.export(f"{source}Results", told.results)
    pulumi.export(f"{source}Job", told.activities.apply(lambda found: found[0].job_id if found else None))
