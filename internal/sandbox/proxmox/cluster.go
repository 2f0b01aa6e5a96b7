package proxmox

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

func clusterRoutes() []route {
	options := append([]string{"delete", "digest"}, clusterOptions...)
	return []route{
		on("GET", "/version", accepts(), showVersion),
		on("GET", "/cluster/nextid", accepts("vmid:int"), nextID),
		on("GET", "/cluster/status", accepts(), clusterStatus),
		on("GET", "/cluster/resources", accepts("type"), clusterResources),
		on("GET", "/cluster/tasks", accepts(), clusterTasks),
		on("GET", "/cluster/options", accepts(), showOptions),
		on("PUT", "/cluster/options", accepts(options...), putOptions),
	}
}

func showVersion(c *call) (any, error) {
	parts := strings.Split(c.opt.Version, ".")
	release := strings.Join(parts[:min(2, len(parts))], ".")
	return map[string]any{"version": c.opt.Version, "release": release, "repoid": "5f1d1c7c9d5c5d4e",
		"console": "html5"}, nil
}

// machines lists all VMs by id.
func (s *Sim) machines() []*machine {
	return slices.SortedFunc(maps.Values(s.st.VMs), func(a, b *machine) int { return cmp.Compare(a.ID, b.ID) })
}

// nextID proposes the lowest free id, or confirms the one asked about.
func nextID(c *call) (any, error) {
	if c.has("vmid") {
		if c.st.VMs[c.str("vmid")] != nil {
			return nil, refuse("vmid", "VM %s already exists", c.str("vmid"))
		}
		return c.str("vmid"), nil
	}
	for id := 100; ; id++ {
		if c.st.VMs[strconv.Itoa(id)] == nil {
			return strconv.Itoa(id), nil
		}
	}
}

func clusterStatus(c *call) (any, error) {
	list := []map[string]any{{"type": "cluster", "id": "cluster", "name": "sandbox", "quorate": 1,
		"nodes": len(c.opt.Nodes), "version": 1}}
	for i, n := range c.opt.Nodes {
		list = append(list, map[string]any{"type": "node", "id": "node/" + n.Name, "name": n.Name,
			"nodeid": i + 1, "online": 1, "local": int(flag(i == 0)[0] - '0')})
	}
	return list, nil
}

func clusterResources(c *call) (any, error) {
	list := []map[string]any{}
	want := func(kind string) bool { return !c.has("type") || c.str("type") == kind }
	if want("vm") {
		for _, m := range c.machines() {
			list = append(list, c.vmResource(m))
		}
	}
	if want("node") {
		for _, n := range c.opt.Nodes {
			list = append(list, c.nodeEntry(n))
		}
	}
	if want("storage") {
		for _, n := range c.opt.Nodes {
			list = append(list, c.storeResources(n)...)
		}
	}
	if want("pool") && c.str("type") != "" {
		for id := range c.st.Pools {
			list = append(list, map[string]any{"id": "/pool/" + id, "type": "pool", "pool": id})
		}
	}
	return list, nil
}

func (s *Sim) vmResource(m *machine) map[string]any {
	out := s.summary(m)
	out["id"], out["type"], out["node"] = "qemu/"+m.key(), "qemu", m.Node
	out["maxcpu"], out["template"] = m.cpus(), int(flag(m.template())[0]-'0')
	delete(out, "cpus")
	delete(out, "pid")
	if p := s.poolOf(m); p != "" {
		out["pool"] = p
	}
	if r := s.st.HA.Resources["vm:"+m.key()]; r != nil {
		out["hastate"] = r.Fields["state"]
	}
	return out
}

func (s *Sim) storeResources(n Node) (list []map[string]any) {
	for _, d := range s.opt.Datastores {
		if !d.on(n.Name) {
			continue
		}
		list = append(list, map[string]any{"id": "storage/" + n.Name + "/" + d.Name, "type": "storage",
			"storage": d.Name, "node": n.Name, "status": "available", "shared": int(flag(d.Shared)[0] - '0'),
			"plugintype": d.Type, "maxdisk": d.capacity(), "disk": s.used(d, n.Name)})
	}
	return list
}

func clusterTasks(c *call) (any, error) {
	list := []map[string]any{}
	for _, t := range slices.Backward(c.st.Tasks) {
		list = append(list, t.show())
	}
	return list, nil
}

// clusterOptions are the keys of datacenter.cfg that a client may set.
var clusterOptions = []string{"bwlimit", "console", "crs", "description", "email_from", "fencing", "ha",
	"http_proxy", "keyboard", "language", "mac_prefix", "max_workers", "migration", "migration_unsecure",
	"next-id", "notify", "registered-tags", "tag-style", "u2f", "user-tag-access", "webauthn"}

func showOptions(c *call) (any, error) {
	out := map[string]any{"mac_prefix": "BC:24:11"}
	for k, v := range c.st.Cluster {
		out[k] = v
		if n, err := strconv.Atoi(v); err == nil && k == "max_workers" {
			out[k] = n
		}
	}
	return out, nil
}

func putOptions(c *call) (any, error) {
	for _, k := range c.list("delete") {
		delete(c.st.Cluster, k)
	}
	for k := range c.form {
		if slices.Contains(clusterOptions, k) {
			c.st.Cluster[k] = c.str(k)
		}
	}
	return nil, nil
}
