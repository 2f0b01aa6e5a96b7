// Package monitoring says what Prometheus scrapes. It comes right after the cluster, long before
// Prometheus itself, so that every layer declares the monitors of its own systems.
package monitoring

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Namespace is where Prometheus scrapes from, for network policies.
const Namespace = "monitoring"

// Monitoring is how a layer has its systems scraped. There is one in a program. A nil one scrapes
// nothing: for a layer that is run by itself.
type Monitoring struct {
	Ready []pulumi.Resource // the operator's kinds are served

	systems []string // with repetitions, in the order of Scrape
}

type definitions struct{ pulumi.ResourceState }

// Definitions brings the kinds of Prometheus' operator.
func Definitions(ctx *pulumi.Context, charts kube.Charts, opts ...pulumi.ResourceOption) (*Monitoring, error) {
	stage := &definitions{}
	if err := ctx.RegisterComponentResource("streamforge:observability:Definitions", "monitoring-definitions", stage, opts...); err != nil {
		return nil, err
	}
	ready, err := charts.Manifest(ctx, "prometheus-operator", pins.PrometheusOperatorCRDs, pulumi.Parent(stage))
	if err != nil {
		return nil, fmt.Errorf("kinds of prometheus' operator: %w", err)
	}
	return &Monitoring{Ready: ready},
		ctx.RegisterResourceOutputs(stage, pulumi.Map{"version": pulumi.String(pins.PrometheusOperatorCRDs.Version)})
}

// Kinds are ready when the operator's kinds are served: for charts that bring monitors of their own.
func (m *Monitoring) Kinds() []pulumi.Resource {
	if m == nil {
		return nil
	}
	return m.Ready
}

// Systems lists what is scraped so far, sorted.
func (m *Monitoring) Systems() []string {
	if m == nil {
		return nil
	}
	all := slices.Clone(m.systems)
	slices.Sort(all)
	return slices.Compact(all)
}

// Brought records systems that a chart has scraped by monitors of its own.
func (m *Monitoring) Brought(systems ...string) {
	if m != nil {
		m.systems = append(m.systems, systems...)
	}
}
