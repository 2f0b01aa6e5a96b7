// Package gpu is the layer that lets pods use the graphics cards of the machines.
package gpu

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/gpuoperator"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// Inputs is what the layer needs.
type Inputs struct {
	Charts     kube.Charts
	GPU        config.GPU
	Scraped    []pulumi.Resource // kinds of Prometheus' operator; none means that nothing is scraped
	Disposable bool              // lets a run delete the namespace; for sandboxes only
}

// Outputs is what later layers may use.
type Outputs struct {
	RuntimeClass string // of pods that use a GPU
	Resource     string // that their containers ask for
	Ready        []pulumi.Resource
}

type layer struct{ pulumi.ResourceState }

// System is the name of the metrics that the operator's own monitor brings.
const System = "gpu"

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
	// Metrics of the cards and of the operator; its pods speak to each other through the API server.
	closed, err := kube.DefaultDeny(ctx, name, ns, []kube.Rule{
		{Peers: kube.In(config.MonitoringNamespace), TCP: []int{gpuoperator.MetricsPort, 8080}},
	}, child)
	if err != nil {
		return Outputs{}, err
	}
	operator, err := gpuoperator.New(ctx, name, gpuoperator.Args{
		Charts: in.Charts, Namespace: ns, Driver: !in.GPU.DriverInImage, Shares: in.GPU.Shares,
		Monitors: len(in.Scraped) > 0, Ready: append([]pulumi.Resource{closed}, in.Scraped...),
	}, child)
	if err != nil {
		return Outputs{}, err
	}
	out := Outputs{RuntimeClass: gpuoperator.RuntimeClass, Resource: gpuoperator.Resource, Ready: operator.Ready}
	return out, ctx.RegisterResourceOutputs(l, pulumi.Map{"runtimeClass": pulumi.String(out.RuntimeClass)})
}
