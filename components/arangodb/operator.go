// Package arangodb runs ArangoDB: the operator, one cluster and its backups. It owns the
// operator's naming patterns; who needs a name asks here.
package arangodb

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// OperatorArgs configure the operator.
type OperatorArgs struct {
	Charts    kube.Charts
	Namespace pulumi.StringInput // must exist and allow the baseline standard; the operator serves this namespace only
}

// Operator is the installed operator.
type Operator struct {
	pulumi.ResourceState
	Ready []pulumi.Resource // its kinds are served
}

// NewOperator installs the chart.
func NewOperator(ctx *pulumi.Context, name string, a OperatorArgs, opts ...pulumi.ResourceOption) (*Operator, error) {
	o := &Operator{}
	if err := ctx.RegisterComponentResource("streamforge:data:ArangoOperator", name, o, opts...); err != nil {
		return nil, fmt.Errorf("arangodb operator %s: %w", name, err)
	}
	release, err := a.Charts.Release(ctx, name, pins.KubeArangoDB, kube.ReleaseArgs{
		Namespace: a.Namespace, Values: operatorValues(),
	}, pulumi.Parent(o))
	if err != nil {
		return nil, err
	}
	o.Ready = []pulumi.Resource{release}
	return o, ctx.RegisterResourceOutputs(o, pulumi.Map{})
}

func operatorValues() pulumi.Map {
	return pulumi.Map{"operator": pulumi.Map{
		"features": pulumi.Map{
			"deployment": pulumi.Bool(true), "backup": pulumi.Bool(true),
			"deploymentReplications": pulumi.Bool(false), "storage": pulumi.Bool(false), "storageCRD": pulumi.Bool(false),
			"networking": pulumi.Bool(false), "scheduler": pulumi.Bool(false), "platform": pulumi.Bool(false),
		},
		// Helm installs the definitions once and never again: the operator brings them up to its own version.
		"enableCRDManagement": pulumi.Bool(true),
		"resources":           kube.Resources("100m", "256Mi", "512Mi"),
	}}
}
