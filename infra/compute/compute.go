// Package compute is the layer of virtual machines.
package compute

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/proxmox"
	"github.com/streamforge/infrastructure/stacks/config"
)

// Inputs is what the layer needs.
type Inputs struct {
	Compute config.Compute
	Site    config.Site
	Token   pulumi.StringInput // Proxmox API token, secret
}

// Machine is one running machine with what its node is to become.
type Machine struct {
	Name    string
	Pool    string // name of its node pool
	Role    config.Role
	Address pulumi.StringOutput // IPv4, from Proxmox
	Host    pulumi.StringOutput // Proxmox node, from Proxmox
	Labels  map[string]string   // as configured; ZoneLabel is left to who knows Host
	Taints  []string            // key=value:Effect
}

// Outputs is what later layers may use.
type Outputs struct {
	User     string // account on every machine, with sudo
	Machines []Machine
	Ready    []pulumi.Resource // the virtual machines
}

// Compute is the layer's component.
type Compute struct{ pulumi.ResourceState }

// Deploy makes the machines of every node pool.
func Deploy(ctx *pulumi.Context, in Inputs, opts ...pulumi.ResourceOption) (Outputs, error) {
	layer := &Compute{}
	if err := ctx.RegisterComponentResource("streamforge:compute:Compute", "compute", layer, opts...); err != nil {
		return Outputs{}, err
	}
	nodes, err := Plan(in.Compute)
	if err != nil {
		return Outputs{}, err
	}
	pve, err := proxmox.New(ctx, "proxmox", args(in, nodes), pulumi.Parent(layer))
	if err != nil {
		return Outputs{}, fmt.Errorf("proxmox: %w", err)
	}
	out := Outputs{User: in.Compute.User, Ready: pve.Ready}
	names := pulumi.StringArray{}
	for i, n := range nodes {
		running := pve.Machines[i]
		out.Machines = append(out.Machines, Machine{
			Name: n.Machine.Name, Pool: n.Pool, Role: n.Role,
			Address: running.Address, Host: running.Host, Labels: n.Labels, Taints: n.Taints,
		})
		names = append(names, pulumi.String(n.Machine.Name))
	}
	return out, ctx.RegisterResourceOutputs(layer, pulumi.Map{"machines": names})
}

func args(in Inputs, nodes []Node) proxmox.Args {
	c := in.Compute
	a := proxmox.Args{
		Endpoint: c.Endpoint, Token: in.Token, Insecure: c.Insecure,
		ResourcePool: c.ResourcePool, Datastore: c.Datastore,
		ImageDatastore: c.ImageDatastore, ImageShared: c.ImageShared,
		Image:   proxmox.Image{URL: c.Image.URL, FileName: c.Image.FileName, SHA256: c.Image.SHA256},
		Account: proxmox.Account{User: c.User, SSHKeys: c.SSHKeys},
		Network: proxmox.Network{
			Bridge: c.Bridge, VLAN: c.VLAN, LAN: in.Site.LAN, Gateway: in.Site.Gateway,
			DNS: in.Site.DNS, Domain: in.Site.Domain,
		},
		Disposable: c.Disposable,
	}
	for _, m := range c.PCIMappings {
		mapping := proxmox.Mapping{Name: m.Name}
		for _, d := range m.Devices {
			mapping.Devices = append(mapping.Devices, proxmox.Device(d))
		}
		a.Mappings = append(a.Mappings, mapping)
	}
	for _, n := range nodes {
		a.Machines = append(a.Machines, n.Machine)
	}
	return a
}
