// Command fleet runs one operation of the engine on a program that is the platform's layer of machines
// and nothing else, for the figures of 10, 100 and 1,000 machines. Its folder holds the configuration.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/infra/compute"
	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/stacks/config"
)

// fleet is what fleet.json holds.
type fleet struct {
	Site    config.Site
	Compute config.Compute
	Token   string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: fleet DIR BIN OPERATION")
		os.Exit(2)
	}
	if err := run(ctx, os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "fleet:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir, bin, operation string) error {
	raw, err := os.ReadFile(filepath.Join(dir, "fleet.json"))
	if err != nil {
		return err
	}
	var f fleet
	if err := json.Unmarshal(raw, &f); err != nil {
		return err
	}
	stack, err := engine.Open(ctx, engine.Project{
		Dir: dir, Stack: "fleet", Bin: bin, Private: true, LogDir: filepath.Join(dir, "logs"),
	}, f.deploy)
	if err != nil {
		return err
	}
	var sum engine.Summary
	switch operation {
	case "preview":
		sum, err = stack.Preview(ctx, engine.Options{})
	case "unchanged":
		sum, err = stack.Preview(ctx, engine.Options{ExpectNoChanges: true})
	case "up":
		sum, err = stack.Up(ctx, engine.Options{})
	case "refresh":
		sum, err = stack.Refresh(ctx, engine.Options{})
	default:
		err = fmt.Errorf("operation %q: must be preview, unchanged, up or refresh", operation)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(sum.Counts)
}

// deploy is the program.
func (f fleet) deploy(ctx *pulumi.Context) error {
	_, err := compute.Deploy(ctx, compute.Inputs{Compute: f.Compute, Site: f.Site, Token: pulumi.String(f.Token)})
	return err
}
