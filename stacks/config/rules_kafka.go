package config

import (
	"slices"
	"strings"
)

// kafkaFits: Kafka's nodes need machines with room for them.
func (c *Config) kafkaFits() (errs []error) {
	machines := len(c.linstorDisks())
	for i, p := range c.Kafka.Cluster.Pools {
		at := Path("kafka.cluster.pools").Index(i)
		if p.Replicas > machines {
			errs = append(errs, at.Errorf("replicas", "%d nodes need as many machines labelled %s, compute.pools have %d",
				p.Replicas, LinstorLabel, machines))
		}
		size := 0
		for _, volume := range p.VolumesGiB {
			size += volume
		}
		for j, m := range c.Compute.Pools {
			if m.Labels[LinstorLabel] != "true" {
				continue
			}
			if m.DataDiskGiB > 0 && size >= m.DataDiskGiB {
				errs = append(errs, at.Errorf("volumesGiB", "%d GiB do not fit beside other volumes on the data disk of %d GiB of compute.pools[%d]",
					size, m.DataDiskGiB, j))
			}
			if p.MemoryMiB >= m.MemoryMiB {
				errs = append(errs, at.Errorf("memoryMiB", "%d MiB do not fit into the %d MiB of compute.pools[%d]", p.MemoryMiB, m.MemoryMiB, j))
			}
		}
	}
	return append(errs, c.kafkaUINode()...)
}

// kafkaUINode: the console's pod tolerates no taint.
func (c *Config) kafkaUINode() []error {
	at, node := Path("kafka.ui"), c.Kafka.UI.Node
	for _, p := range c.Compute.Pools {
		if !slices.ContainsFunc(p.Nodes, func(n Node) bool { return n.Name == node }) {
			continue
		}
		if p.Role != Worker {
			return []error{at.Errorf("node", "%s belongs to the control plane", node)}
		}
		for _, t := range p.Taints {
			if !strings.HasSuffix(t, ":PreferNoSchedule") {
				return []error{at.Errorf("node", "%s keeps other pods away by its taint %s", node, t)}
			}
		}
		return nil
	}
	return []error{at.Errorf("node", "%q is not a machine of compute.pools", node)}
}
