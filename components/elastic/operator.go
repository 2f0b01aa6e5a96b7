// Package elastic keeps the platform's logs: Elastic's operator, one Elasticsearch cluster whose
// users can do no more than their work takes, a Job that says how its indices look and how long they
// live, Kibana, and what makes metrics of the cluster's state.
package elastic

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// OperatorArgs configure the operator.
type OperatorArgs struct {
	Charts      kube.Charts
	Namespace   pulumi.StringInput // must exist, may be restricted
	Watches     []string           // namespaces of the clusters
	MetricsFrom string             // namespace that reads the metrics
}

// Operator is the installed operator.
type Operator struct {
	pulumi.ResourceState
	Ready []pulumi.Resource // its kinds are served
}

// What the operator's pods serve metrics by.
const (
	OperatorMetricsPort = "metrics" // name of the container's port
	operatorMetrics     = 8081
	operatorWebhook     = 9443
)

// OperatorLabels select the operator's pods.
func OperatorLabels() map[string]string {
	return map[string]string{"control-plane": "elastic-operator"}
}

// NewOperator installs the chart, which holds the definitions of the operator's kinds.
func NewOperator(ctx *pulumi.Context, name string, a OperatorArgs, opts ...pulumi.ResourceOption) (*Operator, error) {
	o := &Operator{}
	if err := ctx.RegisterComponentResource("streamforge:observability:ElasticOperator", name, o, opts...); err != nil {
		return nil, fmt.Errorf("elastic operator %s: %w", name, err)
	}
	child := pulumi.Parent(o)
	// The API server, which calls the webhook, comes from the nodes: no rule can name it.
	_, err := kube.NetworkPolicy(ctx, name, kube.NetworkPolicyArgs{
		Name: "elastic-operator", Namespace: a.Namespace, Pods: pulumi.ToStringMap(OperatorLabels()),
		Ingress: []kube.Rule{{Peers: kube.In(a.MetricsFrom), TCP: []int{operatorMetrics}}, {TCP: []int{operatorWebhook}}},
	}, child)
	if err != nil {
		return nil, err
	}
	release, err := a.Charts.Release(ctx, name, pins.ECK, kube.ReleaseArgs{Namespace: a.Namespace, Values: operatorValues(a)}, child)
	if err != nil {
		return nil, err
	}
	o.Ready = []pulumi.Resource{release}
	return o, ctx.RegisterResourceOutputs(o, pulumi.Map{})
}

func operatorValues(a OperatorArgs) pulumi.Map {
	return pulumi.Map{
		"installCRDs":       pulumi.Bool(true),
		"managedNamespaces": pulumi.ToStringArray(a.Watches),
		"resources":         kube.Resources("100m", "150Mi", "512Mi"),
		"podSecurityContext": pulumi.Map{
			"runAsNonRoot": pulumi.Bool(true), "seccompProfile": pulumi.Map{"type": pulumi.String("RuntimeDefault")},
		},
		"config": pulumi.Map{
			"metrics": pulumi.Map{"port": pulumi.String(fmt.Sprint(operatorMetrics))},
			// The class is checked by our own tests; asking the API server takes a right more.
			"validateStorageClass": pulumi.Bool(false),
		},
		"telemetry": pulumi.Map{"disabled": pulumi.Bool(true)},
	}
}
