// Package gpuoperator makes the GPUs of nodes a resource that pods ask for: NVIDIA's operator
// installs driver, container runtime, device plugin and metrics on every node that has one.
package gpuoperator

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

const (
	// Resource is what a container asks for, in whole GPUs or in shares.
	Resource = "nvidia.com/gpu"
	// RuntimeClass is what a pod names to see its GPU. The operator makes it.
	RuntimeClass = "nvidia"
	// MetricsPort is the port on which each node's exporter shows its GPUs.
	MetricsPort = 9400
	// MetricsService is its name in the Service that the operator makes.
	MetricsService = "gpu-metrics"
)

// Args configure the operator.
type Args struct {
	Charts    kube.Charts
	Namespace pulumi.StringInput // privileged: its pods load kernel modules
	Driver    bool               // install the driver; false when the machines' image has it
	Shares    int                // pods that take turns on one GPU, at least 1; they share its memory unprotected
	Ready     []pulumi.Resource  // what must be there before
}

// MetricsLabels are those of the exporters' Service.
func MetricsLabels() map[string]string { return map[string]string{"app": "nvidia-dcgm-exporter"} }

// Operator is the running operator.
type Operator struct {
	pulumi.ResourceState
	Ready []pulumi.Resource
}

// shared is the name of the one configuration of the device plugin.
const shared = "shared"

// New installs the chart. Release counts as done when the operator runs: the nodes' own pods
// follow, ten to twenty minutes the first time.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Operator, error) {
	o := &Operator{}
	if err := ctx.RegisterComponentResource("streamforge:gpu:Operator", name, o, opts...); err != nil {
		return nil, fmt.Errorf("gpu operator %s: %w", name, err)
	}
	release, err := a.Charts.Release(ctx, name, pins.GPUOperator, kube.ReleaseArgs{
		Namespace: a.Namespace, Values: a.values(),
	}, pulumi.Parent(o), kube.After(a.Ready...))
	if err != nil {
		return nil, err
	}
	o.Ready = []pulumi.Resource{release}
	return o, ctx.RegisterResourceOutputs(o, pulumi.Map{"runtimeClass": pulumi.String(RuntimeClass)})
}

func (a Args) values() pulumi.Map {
	on := func(b bool) pulumi.Map { return pulumi.Map{"enabled": pulumi.Bool(b)} }
	return pulumi.Map{
		"operator": pulumi.Map{
			"defaultRuntime": pulumi.String("containerd"), "runtimeClass": pulumi.String(RuntimeClass),
			"upgradeCRD": pulumi.Bool(true), "cleanupCRD": pulumi.Bool(false),
		},
		"driver": pulumi.Map{
			"enabled": pulumi.Bool(a.Driver), "version": pulumi.String(pins.GPUDriver),
			// A new driver empties the node first, which the operator does one node at a time.
			"upgradePolicy": pulumi.Map{"autoUpgrade": pulumi.Bool(true), "maxParallelUpgrades": pulumi.Int(1)},
		},
		// The chart's own version is open to CVE-2025-23266.
		"toolkit":      pulumi.Map{"enabled": pulumi.Bool(true), "version": pulumi.String(pins.GPUToolkit)},
		"devicePlugin": a.devicePlugin(),
		"dcgmExporter": pulumi.Map{"enabled": pulumi.Bool(true), "serviceMonitor": on(false)},
		"gfd":          on(true),
		"nfd":          on(true), // and not Kubespray's, which would label the same nodes
		// Cards of this class cannot be split, and no virtual machine in the cluster is given one.
		"migManager": on(false), "sandboxWorkloads": on(false),
	}
}

// devicePlugin says how many pods each GPU is offered to.
func (a Args) devicePlugin() pulumi.Map {
	plugin := pulumi.Map{"enabled": pulumi.Bool(true)}
	if a.Shares < 2 {
		return plugin
	}
	plugin["config"] = pulumi.Map{
		"create": pulumi.Bool(true), "name": pulumi.String("gpu-shares"), "default": pulumi.String(shared),
		"data": pulumi.StringMap{shared: pulumi.Sprintf("version: v1\nsharing:\n  timeSlicing:\n"+
			"    failRequestsGreaterThanOne: true\n    resources:\n      - {name: %s, replicas: %d}\n", Resource, a.Shares)},
	}
	return plugin
}
