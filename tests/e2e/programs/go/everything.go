package main

import (
	"github.com/pulumi-ice/pulumi-ice/sdk/go/ice"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

// everything exports everything that functions and gates tell, as everything.py does.
func everything(ctx *pulumi.Context) error {
	settings := config.New(ctx, "")
	taskID := settings.Require("taskId")
	var condition pulumi.StringPtrInput
	if wanted := settings.Get("condition"); wanted != "" {
		condition = pulumi.String(wanted)
	}

	task := ice.GetWorkflowTaskOutput(ctx, ice.GetWorkflowTaskOutputArgs{TaskId: pulumi.String(taskID)})
	tasks := ice.GetWorkflowTasksOutput(ctx, ice.GetWorkflowTasksOutputArgs{
		WorkflowId: pulumi.String("wf-1"),
		MaxItems:   pulumi.Int(10),
	})
	encoded, err := ice.NewWorkflowTaskGate(ctx, "encoded", &ice.WorkflowTaskGateArgs{
		TaskId:    pulumi.String(taskID),
		Condition: condition,
		Triggers: pulumi.Map{
			"release": pulumi.String("2024-05"),
			"attempt": pulumi.Int(3),
			"notify":  pulumi.ToStringArray([]string{"ops", "media"}),
		},
		WaitTimeout: pulumi.String("1m"),
	})
	if err != nil {
		return err
	}
	season, err := ice.NewWorkflowTaskGroupGate(ctx, "season", &ice.WorkflowTaskGroupGateArgs{
		TaskIds:  pulumi.StringArray{encoded.TaskId, pulumi.String("sparse")},
		Triggers: pulumi.Map{"release": pulumi.Int(7)},
	})
	if err != nil {
		return err
	}
	site := &pulumi.StashArgs{Input: pulumi.String("published")}
	if _, err := pulumi.NewStash(ctx, "site", site, pulumi.DependsOn([]pulumi.Resource{encoded})); err != nil {
		return err
	}

	ctx.Export("task.activities", task.Activities())
	ctx.Export("task.activityResults", task.ActivityResults())
	ctx.Export("task.createTime", task.CreateTime())
	ctx.Export("task.durationSeconds", task.DurationSeconds())
	ctx.Export("task.finishTime", task.FinishTime())
	ctx.Export("task.finished", task.Finished())
	ctx.Export("task.requestId", task.RequestId())
	ctx.Export("task.results", task.Results())
	ctx.Export("task.status", task.Status())
	ctx.Export("task.succeeded", task.Succeeded())
	ctx.Export("task.taskId", task.TaskId())
	ctx.Export("task.taskInput", task.TaskInput())
	ctx.Export("task.userData", task.UserData())
	ctx.Export("task.workflow", task.Workflow())
	ctx.Export("task.workflowId", task.WorkflowId())

	ctx.Export("tasks.statusCounts", tasks.StatusCounts())
	ctx.Export("tasks.taskIds", tasks.TaskIds())
	ctx.Export("tasks.tasks", tasks.Tasks())

	ctx.Export("gate.activities", encoded.Activities)
	ctx.Export("gate.activityResults", encoded.ActivityResults)
	ctx.Export("gate.createTime", encoded.CreateTime)
	ctx.Export("gate.durationSeconds", encoded.DurationSeconds)
	ctx.Export("gate.finishTime", encoded.FinishTime)
	ctx.Export("gate.finished", encoded.Finished)
	ctx.Export("gate.region", encoded.Region)
	ctx.Export("gate.requestId", encoded.RequestId)
	ctx.Export("gate.results", encoded.Results)
	ctx.Export("gate.status", encoded.Status)
	ctx.Export("gate.succeeded", encoded.Succeeded)
	ctx.Export("gate.taskId", encoded.TaskId)
	ctx.Export("gate.taskInput", encoded.TaskInput)
	ctx.Export("gate.userData", encoded.UserData)
	ctx.Export("gate.workflow", encoded.Workflow)
	ctx.Export("gate.workflowId", encoded.WorkflowId)

	ctx.Export("season.failedTaskIds", season.FailedTaskIds)
	ctx.Export("season.failedTasks", season.FailedTasks)
	ctx.Export("season.region", season.Region)
	ctx.Export("season.statuses", season.Statuses)
	ctx.Export("season.succeededTaskIds", season.SucceededTaskIds)

	ctx.Export("inside.workflowName", encoded.Workflow.Name())
	ctx.Export("inside.jobIds", encoded.Activities.ApplyT(func(found []ice.Activity) []*string {
		ids := []*string{}
		for _, each := range found {
			ids = append(ids, each.JobId)
		}
		return ids
	}))
	ctx.Export("inside.results", encoded.Activities.ApplyT(func(found []ice.Activity) []map[string]any {
		results := []map[string]any{}
		for _, each := range found {
			results = append(results, each.Result)
		}
		return results
	}))
	return nil
}
