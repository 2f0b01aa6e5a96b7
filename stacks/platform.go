package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/infra/cluster"
	"github.com/streamforge/infrastructure/stacks/config"
)

// platform declares everything inside the cluster.
func platform(ctx *pulumi.Context, c *config.Config, k8s cluster.Outputs) error {
	return nil
}
