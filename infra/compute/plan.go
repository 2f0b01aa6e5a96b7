package compute

import (
	"fmt"
	"maps"

	"github.com/streamforge/infrastructure/components/proxmox"
	"github.com/streamforge/infrastructure/stacks/config"
)

// ZoneLabel is the node label that holds the Proxmox node: what fails together is one zone.
const ZoneLabel = "topology.kubernetes.io/zone"

// PlatformTag is on every machine that this program makes.
const PlatformTag = "streamforge"

// Node is one machine before it exists.
type Node struct {
	Machine proxmox.Machine
	Pool    string
	Role    config.Role
	Labels  map[string]string
	Taints  []string
}

// NodeLabels gives all labels of a node on host.
func NodeLabels(configured map[string]string, host string) map[string]string {
	labels := maps.Clone(configured)
	if labels == nil {
		labels = map[string]string{}
	}
	if _, given := labels[ZoneLabel]; !given {
		labels[ZoneLabel] = host
	}
	return labels
}

// Plan places the nodes of every pool, in the order of the configuration. It reads nothing but c.
func Plan(c config.Compute) ([]Node, error) {
	var nodes []Node
	for _, pool := range c.Pools {
		hosts, err := poolHosts(c, pool)
		if err != nil {
			return nil, fmt.Errorf("pool %s: %w", pool.Name, err)
		}
		for i, n := range pool.Nodes {
			nodes = append(nodes, Node{
				Pool: pool.Name, Role: pool.Role, Labels: pool.Labels, Taints: pool.Taints,
				Machine: proxmox.Machine{
					Name: n.Name, VMID: n.VMID, Address: n.Address,
					Host: hosts[i], Pinned: n.Host != "",
					Tags:  []string{PlatformTag, pool.Name, string(pool.Role)},
					Cores: pool.Cores, MemoryMiB: pool.MemoryMiB,
					DiskGiB: pool.DiskGiB, DataDiskGiB: pool.DataDiskGiB, PCIMapping: pool.PCIMapping,
				},
			})
		}
	}
	return nodes, nil
}

// poolHosts places the nodes of one pool: over all hosts, or over those that have its PCI device.
func poolHosts(c config.Compute, pool config.NodePool) ([]string, error) {
	hosts := c.Hosts
	if pool.PCIMapping != "" {
		hosts = nil
		for _, m := range c.PCIMappings {
			if m.Name != pool.PCIMapping {
				continue
			}
			for _, d := range m.Devices {
				hosts = append(hosts, d.Host)
			}
		}
	}
	given := make([]string, len(pool.Nodes))
	for i, n := range pool.Nodes {
		given[i] = n.Host
	}
	return proxmox.Place(hosts, given)
}
