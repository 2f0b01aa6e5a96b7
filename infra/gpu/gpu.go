// Package gpu is the layer that lets pods use the graphics cards of the machines.
package gpu

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/gpuoperator"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// Inputs is what the layer needs.
type Inputs struct {
	Charts     kube.Charts
	GPU        config.GPU
	Monitoring *monitoring.Monitoring
	Disposable bool // lets a run delete the namespace; for sandboxes only
}

// Outputs is what later layers may use.
type Outputs struct {
	RuntimeClass string // of pods that use a GPU
	Resource     string // that their containers ask for
	Ready        []pulumi.Resource
}

type layer struct{ pulumi.ResourceState }

// Deploy declares the operator. Which machines have a GPU is known to compute: their label and
// taint are set when they join, and the operator finds the cards by itself.
func Deploy(ctx *pulumi.Context, in Inputs, opts ...pulumi.ResourceOption) (Outputs, error) {
	l := &layer{}
	if err := ctx.RegisterComponentResource("streamforge:gpu:GPU", "gpu", l, opts...); err != nil {
		return Outputs{}, err
	}
	child := pulumi.Parent(l)
	const name = "gpu-operator"
	ns, err := kube.Namespace(ctx, name, kube.Privileged, child, pulumi.Protect(!in.Disposable))
	if err != nil {
		return Outputs{}, err
	}
	// Metrics of the cards; the operator's pods speak to each other through the API server.
	closed, err := kube.DefaultDeny(ctx, name, ns, []kube.Rule{
		{Peers: monitoring.Peers(), TCP: []int{gpuoperator.MetricsPort}},
	}, child)
	if err != nil {
		return Outputs{}, err
	}
	operator, err := gpuoperator.New(ctx, name, gpuoperator.Args{
		Charts: in.Charts, Namespace: ns, Driver: !in.GPU.DriverInImage, Shares: in.GPU.Shares,
		Ready: []pulumi.Resource{closed},
	}, child)
	if err != nil {
		return Outputs{}, err
	}
	_, err = in.Monitoring.Scrape(ctx, "gpu", monitoring.Target{
		Namespace: ns, Labels: gpuoperator.MetricsLabels(), Endpoints: []monitoring.Endpoint{{Port: gpuoperator.MetricsService}},
	}, child)
	if err != nil {
		return Outputs{}, err
	}
	out := Outputs{RuntimeClass: gpuoperator.RuntimeClass, Resource: gpuoperator.Resource, Ready: operator.Ready}
	return out, ctx.RegisterResourceOutputs(l, pulumi.Map{"runtimeClass": pulumi.String(out.RuntimeClass)})
}
