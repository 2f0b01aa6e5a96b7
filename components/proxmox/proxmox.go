// Package proxmox makes virtual machines on Proxmox VE through its API alone: no SSH to the hosts,
// no template prepared by hand.
package proxmox

import (
	"fmt"

	"github.com/muhlba91/pulumi-proxmoxve/sdk/v7/go/proxmoxve/permission"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Proxmox is the machines and what they stand on.
type Proxmox struct {
	pulumi.ResourceState
	Machines []Running         // in the order of Args.Machines
	Ready    []pulumi.Resource // the virtual machines; depend on these, never on the component
}

// Running is one machine as Proxmox has it.
type Running struct {
	Name    string
	Address pulumi.StringOutput // IPv4 address without a prefix length, from the machine's cloud-init
	Host    pulumi.StringOutput // Proxmox node it is on
	VM      pulumi.Resource
}

// New makes the resource pool, the PCI mappings, the image and then the machines.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Proxmox, error) {
	p := &Proxmox{}
	if err := ctx.RegisterComponentResource("streamforge:compute:Proxmox", name, p, opts...); err != nil {
		return nil, err
	}
	provider, err := newProvider(ctx, name, a, pulumi.Parent(p))
	if err != nil {
		return nil, err
	}
	b := builder{ctx: ctx, name: name, args: a, opts: []pulumi.ResourceOption{
		pulumi.Parent(p), pulumi.Provider(provider),
	}}
	b.pool, err = permission.NewPool(ctx, name+"-pool", &permission.PoolArgs{
		PoolId: pulumi.String(a.ResourcePool), Comment: pulumi.String("Nodes of the streamforge platform"),
	}, b.opts...)
	if err != nil {
		return nil, fmt.Errorf("resource pool %s: %w", a.ResourcePool, err)
	}
	if err := b.mapDevices(); err != nil {
		return nil, err
	}
	if err := b.downloadImages(); err != nil {
		return nil, err
	}
	addresses := pulumi.StringMap{}
	for _, m := range a.Machines {
		running, err := b.machine(m)
		if err != nil {
			return nil, err
		}
		p.Machines, p.Ready = append(p.Machines, running), append(p.Ready, running.VM)
		addresses[m.Name] = running.Address
	}
	return p, ctx.RegisterResourceOutputs(p, pulumi.Map{"addresses": addresses})
}
