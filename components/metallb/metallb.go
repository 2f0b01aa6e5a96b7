// Package metallb gives Services of type LoadBalancer an address on the LAN of the nodes.
package metallb

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Args configure MetalLB in layer-2 mode.
type Args struct {
	Charts     kube.Charts
	Namespace  pulumi.StringInput // must exist and allow privileged pods: speakers use the host's network
	Pools      []Pool             // must not overlap, MetalLB refuses that
	Interfaces []string           // node interfaces that announce the addresses, empty means all
}

// Pool is a set of addresses.
type Pool struct {
	Name       string
	Addresses  []string // "first-last" or a prefix, IPv4, outside the DHCP range; at least one
	AutoAssign bool     // Services that ask for no address in particular get one of these
}

// MetalLB is the installed load balancer.
type MetalLB struct {
	pulumi.ResourceState
	Ready []pulumi.Resource // Services get addresses and the LAN learns them
}

var (
	addressPool   = kube.Kind{APIVersion: "metallb.io/v1beta1", Kind: "IPAddressPool"}
	advertisement = kube.Kind{APIVersion: "metallb.io/v1beta1", Kind: "L2Advertisement"}
)

// New installs the chart and then the pools.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*MetalLB, error) {
	m := &MetalLB{}
	if err := ctx.RegisterComponentResource("streamforge:network:MetalLB", name, m, opts...); err != nil {
		return nil, fmt.Errorf("metallb %s: %w", name, err)
	}
	child := pulumi.Parent(m)
	release, err := a.Charts.Release(ctx, name, pins.MetalLB, kube.ReleaseArgs{
		Namespace: a.Namespace,
		Values:    values(),
	}, child)
	if err != nil {
		return nil, err
	}
	names := pulumi.StringArray{}
	for _, p := range a.Pools {
		pool, err := kube.Apply(ctx, name+"-"+p.Name, kube.Object{
			Kind: addressPool, Name: p.Name, Namespace: a.Namespace,
			Spec: pulumi.Map{
				"addresses":  pulumi.ToStringArray(p.Addresses),
				"autoAssign": pulumi.Bool(p.AutoAssign),
			},
		}, child, kube.After(release))
		if err != nil {
			return nil, err
		}
		names = append(names, pulumi.String(p.Name))
		m.Ready = append(m.Ready, pool)
	}
	spec := pulumi.Map{"ipAddressPools": names}
	if len(a.Interfaces) > 0 {
		spec["interfaces"] = pulumi.ToStringArray(a.Interfaces)
	}
	l2, err := kube.Apply(ctx, name+"-l2", kube.Object{
		Kind: advertisement, Name: "lan", Namespace: a.Namespace, Spec: spec,
	}, child, kube.After(m.Ready...))
	if err != nil {
		return nil, err
	}
	m.Ready = append(m.Ready, l2)
	return m, ctx.RegisterResourceOutputs(m, pulumi.Map{"pools": names})
}

func values() pulumi.Map {
	return pulumi.Map{
		"speaker": pulumi.Map{
			// FRR is for BGP: six more containers a node that layer 2 never uses.
			"frr":       pulumi.Map{"enabled": pulumi.Bool(false)},
			"resources": kube.Resources("20m", "64Mi", "256Mi"),
		},
		"controller": pulumi.Map{"resources": kube.Resources("20m", "64Mi", "256Mi")},
		// The controller counts as ready seconds before its webhook has a certificate. Pools that
		// come in between would be refused; what they say is checked by our configuration already.
		"crds": pulumi.Map{"validationFailurePolicy": pulumi.String("Ignore")},
	}
}
