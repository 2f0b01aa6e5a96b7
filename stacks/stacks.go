// Package stacks declares a stack: the one honest list of its layers, in their order. Data flows
// only through Outputs, order only through Ready.
package stacks

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/infra/cluster"
	"github.com/streamforge/infrastructure/infra/compute"
	"github.com/streamforge/infrastructure/stacks/config"
	"github.com/streamforge/infrastructure/stacks/migrations"
)

// Deploy is the whole program. It registers nothing when the configuration is refused; the error
// is then a *config.Error with every problem in it.
func Deploy(ctx *pulumi.Context) error {
	c, err := config.Load(ctx)
	if err != nil {
		return err
	}
	if err := migrations.Register(ctx, migrations.All); err != nil {
		return err
	}
	machines, err := compute.Deploy(ctx, compute.Inputs{Compute: c.Compute, Site: c.Site, Token: c.Secrets.ProxmoxToken})
	if err != nil {
		return fmt.Errorf("compute: %w", err)
	}
	in := cluster.Inputs{Site: c.Site, Cluster: c.Cluster, Network: c.Network, Compute: machines}
	if c.Handover.Cluster {
		in.Kubeconfig = c.Secrets.Kubeconfig
	}
	k8s, err := cluster.Deploy(ctx, in)
	if err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	ctx.Export("inventory", k8s.Inventory)
	if !c.Handover.Cluster {
		ctx.Export("nextStep", pulumi.Sprintf(
			"run Kubespray: `streamforge kubespray inventory -s %s`, then `streamforge kubespray handover`, see docs/deploy.md", ctx.Stack()))
		return nil
	}
	return platform(ctx, c, k8s)
}
