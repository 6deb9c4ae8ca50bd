// Publish only what a workflow task has transcoded well.
package main

import (
	"github.com/pulumi-ice/pulumi-ice/sdk/go/ice"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		// Waits until the task has ended well. When it ends badly, the deployment stops here and says why.
		encoded, err := ice.NewWorkflowTaskGate(ctx, "encoded", &ice.WorkflowTaskGateArgs{
			TaskId:      pulumi.String(config.Require(ctx, "taskId")),
			WaitTimeout: pulumi.String("45m"),
		})
		if err != nil {
			return err
		}

		// Stands for whatever must not be there before: a CDN domain, a DNS record, a function.
		if _, err := pulumi.NewStash(ctx, "site", &pulumi.StashArgs{
			Input: pulumi.Any("published"),
		}, pulumi.DependsOn([]pulumi.Resource{encoded})); err != nil {
			return err
		}

		ctx.Export("status", encoded.Status)
		ctx.Export("workflowId", encoded.WorkflowId)
		ctx.Export("results", encoded.Results)
		return nil
	})
}
