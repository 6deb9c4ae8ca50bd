// Publish only what a workflow task has transcoded well.

import * as ice from "@pulumi-ice/ice";
import * as pulumi from "@pulumi/pulumi";

const taskId = new pulumi.Config().require("taskId");

// Waits until the task has ended well. When it ends badly, the deployment stops here and says why.
const encoded = new ice.WorkflowTaskGate("encoded", { taskId, waitTimeout: "45m" });

// Stands for whatever must not be there before: a CDN domain, a DNS record, a function.
new pulumi.Stash("site", { input: "published" }, { dependsOn: [encoded] });

export const status = encoded.status;
export const workflowId = encoded.workflowId;
export const results = encoded.results;
