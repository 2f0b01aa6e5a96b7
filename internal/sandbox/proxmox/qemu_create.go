package proxmox

import (
	"slices"
	"strconv"
	"strings"
)

// createVM checks what can be checked at once, reserves the id under a lock, and
// leaves volumes and configuration to the task.
func createVM(c *call) (any, error) {
	node, err := c.node()
	if err != nil {
		return nil, err
	}
	id := c.num("vmid")
	if err := c.freeID(id, "create"); err != nil {
		return nil, err
	}
	set, err := c.changes()
	if err != nil {
		return nil, err
	}
	if err := c.checkPool(c.str("pool")); err != nil {
		return nil, err
	}
	m := &machine{ID: id, Node: node.Name, Config: map[string]string{}, Lock: lockCreate}
	if err := c.dryRun(m, set); err != nil {
		return nil, err
	}
	c.st.VMs[m.key()] = m
	pool, begin := c.str("pool"), c.yes("start")
	return c.start(job{node: node.Name, kind: "qmcreate", id: m.key(),
		do: func() error {
			if err := c.build(m, set, pool); err != nil {
				return err
			}
			if begin {
				return c.power(m)
			}
			return nil
		},
		undo: func() { c.destroyVM(m) },
	})
}

// freeID refuses an id that is out of range or taken anywhere in the cluster.
func (c *call) freeID(id int, verb string) error {
	if id < 100 || id > 999999999 {
		return refuse("vmid", "invalid format - value does not look like a valid VM ID")
	}
	if old := c.st.VMs[strconv.Itoa(id)]; old != nil {
		return fail("unable to %s VM %d - VM %d already exists on node '%s'", verb, id, id, old.Node)
	}
	return nil
}

// dryRun applies the keys that need no volume, so that a bad value is refused at
// once and not by the task, and looks up the storages of the others.
func (c *call) dryRun(m *machine, set map[string]string) error {
	e := c.edit(m)
	for _, k := range sortedKeys(set) {
		if !isDisk(k) {
			if _, err := e.encode(k, set[k]); err != nil {
				return err
			}
			continue
		}
		d, err := parseDrive(set[k])
		if err != nil {
			return refuse(k, "%s", because(err))
		}
		name, _, ok := strings.Cut(d.volume, ":")
		if d.isEmptyCD() || !ok {
			continue
		}
		if _, err := c.store(name, m.Node); err != nil {
			return err
		}
	}
	return nil
}

// build gives a reserved VM its configuration and unlocks it.
func (s *Sim) build(m *machine, set map[string]string, pool string) error {
	if err := s.edit(m).apply(set, nil); err != nil {
		return err
	}
	s.identity(m.Config)
	m.Lock = ""
	s.joinPool(pool, m)
	return nil
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, bySlot)
	return keys
}

// deleteVM destroys a stopped VM and its volumes.
func deleteVM(c *call) (any, error) {
	m, err := c.writableVM()
	if err != nil {
		return nil, err
	}
	switch {
	case m.running():
		return nil, fail("VM %d is running - destroy failed", m.ID)
	case isTrue(m.Config["protection"]):
		return nil, fail("can't remove VM %d - protection mode enabled", m.ID)
	case !c.yes("purge") && c.st.HA.Resources["vm:"+m.key()] != nil:
		return nil, fail("unable to remove VM %d - used in HA resources and purge parameter not set.", m.ID)
	}
	return c.start(job{node: m.Node, kind: "qmdestroy", id: m.key(), do: func() error {
		if m.running() {
			return fail("VM %d is running - destroy failed", m.ID)
		}
		c.destroyVM(m)
		return nil
	}})
}

// destroyVM removes every trace of a VM.
func (s *Sim) destroyVM(m *machine) {
	for k, v := range s.st.Volumes {
		if v.VM == m.ID {
			delete(s.st.Volumes, k)
		}
	}
	for _, p := range s.st.Pools {
		p.remove("qemu/" + m.key())
	}
	delete(s.st.HA.Resources, "vm:"+m.key())
	delete(s.st.VMs, m.key())
}

// makeTemplate turns a stopped VM into a template: its disks become base volumes.
func makeTemplate(c *call) (any, error) {
	m, err := c.writableVM()
	if err != nil {
		return nil, err
	}
	switch {
	case m.template():
		return nil, fail("you can't convert a template to a template")
	case m.running():
		return nil, fail("you can't convert a VM to template if VM is running")
	}
	return c.start(job{node: m.Node, kind: "qmtemplate", id: m.key(), do: func() error {
		for k, v := range m.Config {
			d, err := parseDrive(v)
			if !isDisk(k) || err != nil || !strings.Contains(d.volume, "vm-"+m.key()+"-disk-") {
				continue
			}
			vol, err := c.volume(d.volume, m.Node)
			if err != nil {
				return err
			}
			delete(c.st.Volumes, c.volumeKey(vol.ID, m.Node))
			vol.ID = strings.Replace(vol.ID, "vm-"+m.key()+"-disk-", "base-"+m.key()+"-disk-", 1)
			c.st.Volumes[c.volumeKey(vol.ID, m.Node)] = vol
			m.Config[k] = d.options.encode(vol.ID)
		}
		m.Config["template"] = "1"
		return nil
	}})
}
