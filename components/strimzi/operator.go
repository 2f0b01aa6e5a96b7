// Package strimzi runs Kafka: the operator, a cluster, and the topics, users and connectors on it.
// It owns the operator's naming patterns; who needs a name asks here.
package strimzi

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// OperatorArgs configure the operator.
type OperatorArgs struct {
	Charts    kube.Charts
	Namespace pulumi.StringInput // must exist, may be restricted; the operator serves this namespace only
	DNSDomain string             // of the cluster, e.g. cluster.local
}

// Operator is the installed operator.
type Operator struct {
	pulumi.ResourceState
	Ready []pulumi.Resource // its kinds are served
}

// NewOperator installs the chart.
func NewOperator(ctx *pulumi.Context, name string, a OperatorArgs, opts ...pulumi.ResourceOption) (*Operator, error) {
	o := &Operator{}
	if err := ctx.RegisterComponentResource("streamforge:data:Strimzi", name, o, opts...); err != nil {
		return nil, fmt.Errorf("strimzi %s: %w", name, err)
	}
	release, err := a.Charts.Release(ctx, name, pins.Strimzi, kube.ReleaseArgs{
		Namespace: a.Namespace, Values: operatorValues(a),
	}, pulumi.Parent(o))
	if err != nil {
		return nil, err
	}
	o.Ready = []pulumi.Resource{release}
	return o, ctx.RegisterResourceOutputs(o, pulumi.Map{})
}

func operatorValues(a OperatorArgs) pulumi.Map {
	return pulumi.Map{
		"replicas":                   pulumi.Int(2), // one leads
		"podDisruptionBudget":        pulumi.Map{"enabled": pulumi.Bool(true), "minAvailable": pulumi.Int(1)},
		"kubernetesServiceDnsDomain": pulumi.String(a.DNSDomain),
		"resources":                  kube.Resources("200m", "384Mi", "512Mi"),
		// Everything the operator starts then meets the restricted standard, as the operator does.
		"extraEnvs": pulumi.Array{pulumi.Map{
			"name": pulumi.String("STRIMZI_POD_SECURITY_PROVIDER_CLASS"), "value": pulumi.String("restricted"),
		}},
		"podSecurityContext": pulumi.Map{
			"runAsNonRoot": pulumi.Bool(true), "seccompProfile": pulumi.Map{"type": pulumi.String("RuntimeDefault")},
		},
		"securityContext": pulumi.Map{
			"allowPrivilegeEscalation": pulumi.Bool(false), "readOnlyRootFilesystem": pulumi.Bool(true),
			"capabilities": pulumi.Map{"drop": pulumi.ToStringArray([]string{"ALL"})},
		},
		"affinity": pulumi.Map{"podAntiAffinity": pulumi.Map{
			"preferredDuringSchedulingIgnoredDuringExecution": pulumi.Array{pulumi.Map{
				"weight": pulumi.Int(100),
				"podAffinityTerm": pulumi.Map{
					"topologyKey":   pulumi.String("kubernetes.io/hostname"),
					"labelSelector": pulumi.Map{"matchLabels": pulumi.Map{"name": pulumi.String("strimzi-cluster-operator")}},
				},
			}},
		}},
	}
}
