// Package kubespray renders the inventory from which Kubespray makes a cluster of the machines.
// Kubespray itself runs outside Pulumi; nothing of its code is used.
package kubespray

import (
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Args describes the cluster and its machines.
type Args struct {
	Cluster  Cluster
	Machines []Machine // names are unique; at least one is a control plane node
}

// Cluster is what concerns all nodes.
type Cluster struct {
	User         string       // account on every machine, with sudo and without a password prompt
	VIP          netip.Addr   // address of the API server; free, outside DHCP and every MetalLB pool
	VIPInterface string       // the same on all control plane nodes, e.g. eth0
	APIPort      int          // 1 to 65535
	APIHost      string       // name of the VIP
	DNSDomain    string       // inside the cluster, e.g. cluster.local
	PodCIDR      netip.Prefix // at least one /24 per node
	ServiceCIDR  netip.Prefix
	Zones        []string     // DNS zones that Resolver answers for
	Resolver     netip.Addr   // the platform's own DNS server
	Upstream     []netip.Addr // resolvers for everything else
}

// Machine is one node to be.
type Machine struct {
	Name         string // RFC 1123 label
	ControlPlane bool
	Address      pulumi.StringInput    // IPv4, without a prefix length
	Labels       pulumi.StringMapInput // Kubernetes node labels, nil for none
	Taints       []string              // key=value:Effect
}

// Kubespray is the rendered inventory.
type Kubespray struct {
	pulumi.ResourceState
	Inventory pulumi.StringMapOutput // path below the inventory folder -> content; nothing secret in it
}

// New renders the inventory once all addresses are known.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Kubespray, error) {
	k := &Kubespray{}
	if err := ctx.RegisterComponentResource("streamforge:cluster:Kubespray", name, k, opts...); err != nil {
		return nil, err
	}
	var facts []any
	for _, m := range a.Machines {
		labels := m.Labels
		if labels == nil {
			labels = pulumi.StringMap{}
		}
		facts = append(facts, m.Address, labels)
	}
	k.Inventory = pulumi.All(facts...).ApplyT(func(known []any) (map[string]string, error) {
		nodes := make([]Node, len(a.Machines))
		for i, m := range a.Machines {
			address, err := netip.ParseAddr(known[2*i].(string))
			if err != nil {
				return nil, fmt.Errorf("machine %s: address: %w", m.Name, err)
			}
			nodes[i] = Node{
				Name: m.Name, ControlPlane: m.ControlPlane, Address: address,
				Labels: known[2*i+1].(map[string]string), Taints: m.Taints,
			}
		}
		return Render(a.Cluster, nodes)
	}).(pulumi.StringMapOutput)
	// The files stand in the stack's own outputs; a second copy would only lengthen every diff.
	return k, ctx.RegisterResourceOutputs(k, pulumi.Map{"nodes": pulumi.Int(len(a.Machines))})
}
