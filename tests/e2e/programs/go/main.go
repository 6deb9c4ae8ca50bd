// Command everything runs one command of the program by Pulumi's Automation API: `everything up`.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
)

func main() {
	stack, err := selectStack(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := run(context.Background(), stack, os.Args[1]); err != nil {
		os.Exit(1) // what failed has been printed
	}
}

func selectStack(ctx context.Context) (auto.Stack, error) {
	folder, err := os.Getwd()
	if err != nil {
		return auto.Stack{}, err
	}
	command, err := auto.NewPulumiCommand(&auto.PulumiCommandOptions{
		Root:             os.Getenv("ENGINE_ROOT"),
		SkipVersionCheck: true,
	})
	if err != nil {
		return auto.Stack{}, err
	}
	return auto.SelectStackInlineSource(
		ctx, "dev", filepath.Base(folder), everything, auto.WorkDir(folder), auto.Pulumi(command))
}

func run(ctx context.Context, stack auto.Stack, command string) error {
	var err error
	switch command {
	case "preview":
		_, err = stack.Preview(ctx, optpreview.ProgressStreams(os.Stdout))
	case "up":
		_, err = stack.Up(ctx, optup.ProgressStreams(os.Stdout))
	case "destroy":
		_, err = stack.Destroy(ctx, optdestroy.ProgressStreams(os.Stdout))
	default:
		err = fmt.Errorf("not a command: %s", command)
		fmt.Fprintln(os.Stderr, err)
	}
	return err
}
