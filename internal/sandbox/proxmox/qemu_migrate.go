package proxmox

func migrateVM(c *call) (any, error) {
	m, err := c.writableVM()
	if err != nil {
		return nil, err
	}
	target, err := c.nodeNamed(c.str("target"))
	if err != nil {
		return nil, err
	}
	switch {
	case target.Name == m.Node:
		return nil, refuse("target", "target is local node.")
	case m.running() && !c.yes("online"):
		return nil, fail("can't migrate running VM without --online")
	}
	for k := range m.Config {
		if pciSlot.MatchString(k) {
			return nil, fail("can't migrate VM which uses local devices: %s", k)
		}
	}
	local := c.localVolumes(m)
	if len(local) > 0 && m.running() && !c.yes("with-local-disks") {
		return nil, fail("can't migrate VM with local disks: %s", local[0].ID)
	}
	m.Lock = lockMigrate
	source := m.Node
	return c.start(job{node: source, kind: "qmigrate", id: m.key(),
		do: func() error {
			m.Lock = ""
			return c.moveTo(m, target.Name, local)
		},
		undo: func() { m.Lock = "" },
	})
}

// localVolumes are the VM's volumes on storage that only its node sees.
func (s *Sim) localVolumes(m *machine) (list []*volume) {
	for _, v := range s.st.Volumes {
		if v.VM == m.ID && v.Node != "" {
			list = append(list, v)
		}
	}
	return list
}

func (s *Sim) moveTo(m *machine, target string, local []*volume) error {
	for _, v := range local {
		name, _, _ := cutVolume(v.ID)
		if _, err := s.storeFor(name, target, "images"); err != nil {
			return err
		}
	}
	for _, v := range local {
		delete(s.st.Volumes, s.volumeKey(v.ID, v.Node))
		v.Node = target
		s.st.Volumes[s.volumeKey(v.ID, target)] = v
	}
	m.Node = target
	return nil
}
