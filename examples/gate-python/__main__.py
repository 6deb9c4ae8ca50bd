"""Publish only what a workflow task has transcoded well."""

import pulumi
import pulumi_ice as ice
from pulumi import ResourceOptions

task_id = pulumi.Config().require("taskId")

# Waits until the task has ended well. When it ends badly, the deployment stops here and says why.
encoded = ice.WorkflowTaskGate("encoded", task_id=task_id, wait_timeout="45m")

# Stands for whatever must not be there before: a CDN domain, a DNS record, a function.
site = pulumi.Stash("site", input="published", opts=ResourceOptions(depends_on=[encoded]))

pulumi.export("status", encoded.status)
pulumi.export("workflowId", encoded.workflow_id)
pulumi.export("results", encoded.results)
