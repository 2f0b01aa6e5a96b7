package proxmox

func nodeRoutes() []route {
	return []route{
		on("GET", "/nodes", accepts(), listNodes),
		on("GET", "/nodes/{node}/status", accepts(), nodeStatus),
		on("GET", "/nodes/{node}/version", accepts(), showVersion),
		on("GET", "/nodes/{node}/lxc", accepts(), noContainers),
		on("GET", "/nodes/{node}/network", accepts("type"), listBridges),
	}
}

// load sums what the running VMs of a node hold.
func (s *Sim) load(n Node) (cpus, memoryMiB int) {
	for _, m := range s.machines() {
		if m.Node == n.Name && m.running() {
			cpus += m.cpus()
			memoryMiB += m.memoryMiB()
		}
	}
	return cpus, memoryMiB
}

func (s *Sim) nodeEntry(n Node) map[string]any {
	cpus, memory := s.load(n)
	return map[string]any{"node": n.Name, "id": "node/" + n.Name, "type": "node", "status": "online",
		"level": "", "maxcpu": n.CPUs, "cpu": min(1, float64(cpus)/float64(n.CPUs)/50),
		"maxmem": int64(n.MemoryMiB) << 20, "mem": min(int64(memory), int64(n.MemoryMiB)) << 20,
		"maxdisk": int64(100) << 30, "disk": int64(10) << 30, "uptime": 86400,
		"ssl_fingerprint": ""}
}

func listNodes(c *call) (any, error) {
	list := []map[string]any{}
	for _, n := range c.opt.Nodes {
		list = append(list, c.nodeEntry(n))
	}
	return list, nil
}

func nodeStatus(c *call) (any, error) {
	n, err := c.node()
	if err != nil {
		return nil, err
	}
	cpus, memory := c.load(n)
	total := int64(n.MemoryMiB) << 20
	used := min(int64(memory)<<20, total)
	return map[string]any{"uptime": 86400, "cpu": min(1, float64(cpus)/float64(n.CPUs)/50),
		"cpuinfo":    map[string]any{"cpus": n.CPUs, "cores": n.CPUs, "sockets": 1, "model": "Simulated CPU"},
		"memory":     map[string]any{"total": total, "used": used, "free": total - used},
		"pveversion": "pve-manager/" + c.opt.Version, "loadavg": []string{"0.00", "0.00", "0.00"}}, nil
}

func noContainers(c *call) (any, error) {
	_, err := c.node()
	return []any{}, err
}

// listBridges offers the bridge every Proxmox installation has.
func listBridges(c *call) (any, error) {
	if _, err := c.node(); err != nil {
		return nil, err
	}
	return []map[string]any{{"iface": "vmbr0", "type": "bridge", "active": 1, "autostart": 1,
		"method": "static", "priority": 1}}, nil
}
