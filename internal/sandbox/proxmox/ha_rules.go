package proxmox

import "strings"

func checkHAResource(c *call, f map[string]string) error {
	kind, id, _ := strings.Cut(f["sid"], ":")
	if kind != "vm" || c.st.VMs[id] == nil {
		return fail("unable to add service '%s': no such VM", f["sid"])
	}
	if g := f["group"]; g != "" && c.st.HA.Groups[g] == nil {
		return fail("ha group '%s' does not exist", g)
	}
	f["type"] = "vm"
	if f["state"] == "" {
		f["state"] = "started"
	}
	return nil
}

func checkHAGroup(c *call, f map[string]string) error {
	for _, n := range splitList(f["nodes"], ",") {
		name, _, _ := strings.Cut(n, ":")
		if _, err := c.nodeNamed(name); err != nil {
			return refuse("nodes", "node '%s' does not exist", name)
		}
	}
	if f["nodes"] == "" {
		return refuse("nodes", "property is missing and it is not optional")
	}
	f["type"] = "group"
	for _, k := range []string{"nofailback", "restricted"} {
		if f[k] == "" {
			f[k] = "0"
		}
	}
	return nil
}

func checkHARule(c *call, f map[string]string) error {
	for _, sid := range splitList(f["resources"], ",") {
		_, id, _ := strings.Cut(sid, ":")
		if c.st.VMs[id] == nil {
			return refuse("resources", "resource '%s' does not exist", sid)
		}
	}
	switch f["type"] {
	case "node-affinity":
		return checkHAGroupNodes(c, f["nodes"])
	case "resource-affinity":
		if f["affinity"] != "positive" && f["affinity"] != "negative" {
			return refuse("affinity", "value '%s' does not have a value in the enumeration "+
				"'positive, negative'", f["affinity"])
		}
		return nil
	}
	return refuse("type", "value '%s' does not have a value in the enumeration "+
		"'node-affinity, resource-affinity'", f["type"])
}

func checkHAGroupNodes(c *call, nodes string) error {
	return checkHAGroup(c, map[string]string{"nodes": nodes})
}

// enforceHAState does what the HA manager would: power the VM to its state.
func enforceHAState(c *call, sid string) error {
	m := c.st.VMs[strings.TrimPrefix(sid, "vm:")]
	switch state := c.st.HA.Resources[sid].Fields["state"]; {
	case m.Lock != "" || m.template():
	case state == "started" && !m.running():
		return c.power(m)
	case state == "stopped" && m.running():
		m.powerOff()
	}
	return nil
}

func migrateHA(c *call) (any, error) {
	m := c.st.VMs[strings.TrimPrefix(c.vars["id"], "vm:")]
	if m == nil || c.st.HA.Resources[c.vars["id"]] == nil {
		return nil, fail("no such resource '%s'", c.vars["id"])
	}
	target, err := c.nodeNamed(c.str("node"))
	if err != nil {
		return nil, err
	}
	if err := c.moveTo(m, target.Name, c.localVolumes(m)); err != nil {
		return nil, err
	}
	return map[string]any{"sid": c.vars["id"], "requested-node": target.Name}, nil
}
