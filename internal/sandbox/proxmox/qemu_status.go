package proxmox

import (
	"maps"
	"strings"
)

func currentStatus(c *call) (any, error) {
	m, err := c.vm()
	if err != nil {
		return nil, err
	}
	out := c.summary(m)
	out["qmpstatus"], out["ha"] = m.status(), map[string]any{"managed": 0}
	if r := c.st.HA.Resources["vm:"+m.key()]; r != nil {
		out["ha"] = map[string]any{"managed": 1, "state": r.Fields["state"]}
	}
	if agentEnabled(m.Config) {
		out["agent"] = 1
	}
	return out, nil
}

// summary is what lists of VMs and the status of one have in common.
func (s *Sim) summary(m *machine) map[string]any {
	now := s.opt.Clock()
	out := map[string]any{
		"vmid": m.ID, "name": m.name(), "status": m.status(), "cpus": m.cpus(), "cpu": 0.01,
		"maxmem": int64(m.memoryMiB()) << 20, "mem": 0, "maxdisk": s.rootDisk(m), "disk": 0,
		"uptime": m.uptime(now), "netin": 0, "netout": 0, "diskread": 0, "diskwrite": 0,
	}
	if m.running() {
		out["pid"], out["mem"], out["cpu"] = m.PID, int64(m.memoryMiB())<<19, 0.02
	}
	if m.template() {
		out["template"] = 1
	}
	if m.Lock != "" {
		out["lock"] = m.Lock
	}
	if t := m.Config["tags"]; t != "" {
		out["tags"] = t
	}
	return out
}

func listNodeVMs(c *call) (any, error) {
	node, err := c.node()
	if err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for _, m := range c.machines() {
		if m.Node == node.Name {
			list = append(list, c.summary(m))
		}
	}
	return list, nil
}

func startVM(c *call) (any, error) {
	m, err := c.writableVM()
	if err != nil {
		return nil, err
	}
	switch {
	case m.template():
		return nil, fail("you can't start a vm if it's a template")
	case m.running():
		return nil, fail("VM %d already running", m.ID)
	}
	return c.start(job{node: m.Node, kind: "qmstart", id: m.key(), do: func() error { return c.power(m) }})
}

// power starts the guest with the configuration as it is now.
func (s *Sim) power(m *machine) error {
	if err := s.claimDevices(m); err != nil {
		return err
	}
	s.st.Processes++
	m.Active, m.PID, m.Started = maps.Clone(m.Config), 1000+s.st.Processes, s.opt.Clock()
	return nil
}

func (m *machine) powerOff() { m.Active, m.PID = nil, 0 }

// claimDevices checks that the mapped PCI devices exist on the node and that no
// other running VM holds them.
func (s *Sim) claimDevices(m *machine) error {
	for k, v := range m.Config {
		if !pciSlot.MatchString(k) {
			continue
		}
		p, err := parseProperty(v, "host")
		if err != nil {
			return err
		}
		name := p.get("mapping")
		mapping := s.st.Mappings[name]
		if mapping == nil {
			return fail("PCI device mapping not found for '%s'", name)
		}
		free := mapping.devicesOn(m.Node)
		if len(free) == 0 {
			return fail("PCI device mapping '%s' has no device on node '%s'", name, m.Node)
		}
		holders := s.holders(name, m)
		if len(holders) >= len(free) && !mapping.mediated() {
			return fail("PCI device '%s' already in use by VMID '%d'", free[0], holders[0].ID)
		}
	}
	return nil
}

// holders lists the other running VMs on the node that use a mapping.
func (s *Sim) holders(mapping string, except *machine) (list []*machine) {
	for _, m := range s.machines() {
		if m == except || !m.running() || m.Node != except.Node {
			continue
		}
		for k, v := range m.Active {
			if pciSlot.MatchString(k) && strings.Contains(","+v+",", ",mapping="+mapping+",") {
				list = append(list, m)
			}
		}
	}
	return list
}

func stopVM(c *call) (any, error) {
	m, err := c.writableVM()
	if err != nil {
		return nil, err
	}
	return c.start(job{node: m.Node, kind: "qmstop", id: m.key(), do: func() error {
		m.powerOff()
		return nil
	}})
}

func shutdownVM(c *call) (any, error) {
	m, err := c.writableVM()
	if err != nil {
		return nil, err
	}
	return c.start(job{node: m.Node, kind: "qmshutdown", id: m.key(), do: func() error {
		if !m.running() {
			return fail("VM %d not running", m.ID)
		}
		m.powerOff()
		return nil
	}})
}

func rebootVM(c *call) (any, error) {
	m, err := c.writableVM()
	if err != nil {
		return nil, err
	}
	if !m.running() {
		return nil, fail("VM %d not running", m.ID)
	}
	return c.start(job{node: m.Node, kind: "qmreboot", id: m.key(), do: func() error {
		m.powerOff()
		return c.power(m)
	}})
}

func resetVM(c *call) (any, error) {
	m, err := c.writableVM()
	if err != nil {
		return nil, err
	}
	return c.start(job{node: m.Node, kind: "qmreset", id: m.key(), do: func() error {
		if !m.running() {
			return fail("VM %d not running", m.ID)
		}
		return nil
	}})
}
