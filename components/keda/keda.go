// Package keda scales workloads with what waits for them.
package keda

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Args configure KEDA.
type Args struct {
	Charts    kube.Charts
	Namespace pulumi.StringInput // must exist, may be restricted
	DNSDomain string             // of the cluster, e.g. cluster.local
}

// KEDA is the installed operator. A cluster can have one only: it serves the external metrics.
type KEDA struct {
	pulumi.ResourceState
	Ready []pulumi.Resource // its kinds are served
}

// MetricsPort is served by the pods of Workloads.
const MetricsPort = 8080

// Workloads are values of their pods' label app.
func Workloads() []string {
	return []string{"keda-operator", "keda-operator-metrics-apiserver", "keda-admission-webhooks"}
}

// New installs the chart.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*KEDA, error) {
	k := &KEDA{}
	if err := ctx.RegisterComponentResource("streamforge:data:KEDA", name, k, opts...); err != nil {
		return nil, fmt.Errorf("keda %s: %w", name, err)
	}
	release, err := a.Charts.Release(ctx, name, pins.KEDA, kube.ReleaseArgs{
		Namespace: a.Namespace, Values: values(a),
	}, pulumi.Parent(k))
	if err != nil {
		return nil, err
	}
	k.Ready = []pulumi.Resource{release}
	return k, ctx.RegisterResourceOutputs(k, pulumi.Map{})
}

func values(a Args) pulumi.Map {
	pair := pulumi.Map{"minAvailable": pulumi.Int(1)}
	metrics := pulumi.Map{"enabled": pulumi.Bool(true)}
	return pulumi.Map{
		"clusterDomain": pulumi.String(a.DNSDomain),
		"crds":          pulumi.Map{"install": pulumi.Bool(true)},
		"image":         pulumi.Map{"pullPolicy": pulumi.String("IfNotPresent")}, // the tag is fixed
		"operator":      pulumi.Map{"replicaCount": pulumi.Int(2)},               // one leads
		// Two copies: without an answer from here every scaler in the cluster stands still.
		"metricsServer":       pulumi.Map{"replicaCount": pulumi.Int(2)},
		"webhooks":            pulumi.Map{"replicaCount": pulumi.Int(2)},
		"podDisruptionBudget": pulumi.Map{"operator": pair, "metricServer": pair, "webhooks": pair},
		"resources": pulumi.Map{
			"operator":     kube.Resources("50m", "128Mi", "512Mi"),
			"metricServer": kube.Resources("50m", "64Mi", "256Mi"),
			"webhooks":     kube.Resources("20m", "32Mi", "128Mi"),
		},
		"prometheus": pulumi.Map{"operator": metrics, "metricServer": metrics, "webhooks": metrics},
	}
}
