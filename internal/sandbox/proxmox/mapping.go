package proxmox

import (
	"maps"
	"slices"
)

// pciMapping names the same kind of device on several nodes.
type pciMapping struct {
	Map         []string `json:"map"` // "id=10de:2204,node=pve2,path=0000:01:00.0"
	Mdev        string   `json:"mdev"`
	Description string   `json:"description"`
}

func (p *pciMapping) mediated() bool { return isTrue(p.Mdev) }

// devicesOn lists the device paths of a node.
func (p *pciMapping) devicesOn(node string) (paths []string) {
	for _, entry := range p.Map {
		if e, err := parseProperty(entry, "path"); err == nil && e.get("node") == node {
			paths = append(paths, e.get("path"))
		}
	}
	return paths
}

func (p *pciMapping) show() map[string]any {
	out := map[string]any{"map": p.Map, "mdev": int(flag(p.mediated())[0] - '0')}
	if p.Description != "" {
		out["description"] = p.Description
	}
	return out
}

func mappingRoutes() []route {
	fields := []string{"map", "mdev:bool", "description", "live-migration-capable:bool"}
	const one = "/cluster/mapping/pci/{name}"
	return []route{
		on("GET", "/cluster/mapping/pci", accepts("check-node"), listMappings),
		on("POST", "/cluster/mapping/pci", accepts(append(fields, "id!")...), createMapping),
		on("GET", one, accepts(), showMapping),
		on("PUT", one, accepts(append(fields, "delete", "digest", "id")...), updateMapping),
		on("DELETE", one, accepts(), deleteMapping),
	}
}

func (c *call) mappingOfPath() (*pciMapping, error) {
	if p := c.st.Mappings[c.vars["name"]]; p != nil {
		return p, nil
	}
	return nil, fail("PCI mapping '%s' does not exist", c.vars["name"])
}

// fill takes the fields of a call; every node named must exist.
func (c *call) fill(p *pciMapping) error {
	for _, entry := range c.form["map"] {
		e, err := parseProperty(entry, "path")
		if err != nil {
			return err
		}
		for _, k := range []string{"id", "node", "path"} {
			if e.get(k) == "" {
				return refuse("map", "invalid format - format error\n%s: property is missing and it is not optional", k)
			}
		}
		if _, err := c.nodeNamed(e.get("node")); err != nil {
			return err
		}
	}
	if m := c.form["map"]; len(m) > 0 {
		p.Map = m
	}
	if c.has("mdev") {
		p.Mdev = flag(c.yes("mdev"))
	}
	if c.has("description") {
		p.Description = c.str("description")
	}
	return nil
}

func listMappings(c *call) (any, error) {
	list := []map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(c.st.Mappings)) {
		item := c.st.Mappings[name].show()
		item["id"], item["type"] = name, "pci"
		if c.has("check-node") {
			item["checks"] = []any{}
		}
		list = append(list, item)
	}
	return list, nil
}

func createMapping(c *call) (any, error) {
	id := c.str("id")
	if c.st.Mappings[id] != nil {
		return nil, fail("PCI ID '%s' already defined", id)
	}
	if !c.has("map") {
		return nil, refuse("map", "property is missing and it is not optional")
	}
	p := &pciMapping{}
	if err := c.fill(p); err != nil {
		return nil, err
	}
	c.st.Mappings[id] = p
	return nil, nil
}

func showMapping(c *call) (any, error) {
	p, err := c.mappingOfPath()
	if err != nil {
		return nil, err
	}
	return p.show(), nil
}

func updateMapping(c *call) (any, error) {
	p, err := c.mappingOfPath()
	if err != nil {
		return nil, err
	}
	for _, k := range c.list("delete") {
		switch k {
		case "description":
			p.Description = ""
		case "mdev":
			p.Mdev = ""
		}
	}
	return nil, c.fill(p)
}

func deleteMapping(c *call) (any, error) {
	delete(c.st.Mappings, c.vars["name"])
	return nil, nil
}
