//go:build !small

package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/stacks"
)

// program is what the stacks run.
func program(ctx *pulumi.Context) error { return stacks.Deploy(ctx) }
