// Exports everything that functions and gates tell, as everything.py does.

import * as ice from "@pulumi-ice/ice";
import * as pulumi from "@pulumi/pulumi";

export async function everything(): Promise<Record<string, unknown>> {
    const config = new pulumi.Config();
    const taskId = config.require("taskId");

    const task = ice.getWorkflowTaskOutput({ taskId });
    const tasks = ice.getWorkflowTasksOutput({ workflowId: "wf-1", maxItems: 10 });
    const encoded = new ice.WorkflowTaskGate("encoded", {
        taskId,
        condition: config.get("condition"),
        triggers: { release: "2024-05", attempt: 3, notify: ["ops", "media"] },
        waitTimeout: "1m",
    });
    const season = new ice.WorkflowTaskGroupGate("season", {
        taskIds: [encoded.taskId, "sparse"],
        triggers: { release: 7 },
    });
    new pulumi.Stash("site", { input: "published" }, { dependsOn: [encoded] });

    return {
        "task.activities": task.activities,
        "task.activityResults": task.activityResults,
        "task.createTime": task.createTime,
        "task.durationSeconds": task.durationSeconds,
        "task.finishTime": task.finishTime,
        "task.finished": task.finished,
        "task.requestId": task.requestId,
        "task.results": task.results,
        "task.status": task.status,
        "task.succeeded": task.succeeded,
        "task.taskId": task.taskId,
        "task.taskInput": task.taskInput,
        "task.userData": task.userData,
        "task.workflow": task.workflow,
        "task.workflowId": task.workflowId,

        "tasks.statusCounts": tasks.statusCounts,
        "tasks.taskIds": tasks.taskIds,
        "tasks.tasks": tasks.tasks,

        "gate.activities": encoded.activities,
        "gate.activityResults": encoded.activityResults,
        "gate.createTime": encoded.createTime,
        "gate.durationSeconds": encoded.durationSeconds,
        "gate.finishTime": encoded.finishTime,
        "gate.finished": encoded.finished,
        "gate.region": encoded.region,
        "gate.requestId": encoded.requestId,
        "gate.results": encoded.results,
        "gate.status": encoded.status,
        "gate.succeeded": encoded.succeeded,
        "gate.taskId": encoded.taskId,
        "gate.taskInput": encoded.taskInput,
        "gate.userData": encoded.userData,
        "gate.workflow": encoded.workflow,
        "gate.workflowId": encoded.workflowId,

        "season.failedTaskIds": season.failedTaskIds,
        "season.failedTasks": season.failedTasks,
        "season.region": season.region,
        "season.statuses": season.statuses,
        "season.succeededTaskIds": season.succeededTaskIds,

        "inside.workflowName": encoded.workflow.apply((workflow) => workflow?.name),
        "inside.jobIds": encoded.activities.apply((found) => found?.map((each) => each.jobId) ?? []),
        "inside.results": encoded.activities.apply((found) => found?.map((each) => each.result) ?? []),
    };
}
