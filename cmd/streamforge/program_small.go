//go:build small

package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/tests/chaos/small"
)

// program is what the stacks run in the tool that the fault tests build: the same tool in everything
// else.
func program(ctx *pulumi.Context) error { return small.Deploy(ctx) }
