package proxmox

import (
	"maps"
	"slices"
	"strings"
)

func cutVolume(id string) (storage, name string, ok bool) { return strings.Cut(id, ":") }

func storageRoutes() []route {
	const base = "/nodes/{node}/storage"
	return []route{
		on("GET", "/storage", accepts("type"), listStores),
		on("GET", "/storage/{storage}", accepts(), showStore),
		on("GET", base, accepts("content", "enabled:bool", "storage", "target", "format:bool"), listNodeStores),
		on("GET", base+"/{storage}/status", accepts(), storeStatus),
		on("GET", base+"/{storage}/content", accepts("content", "vmid:int"), listContent),
		on("GET", base+"/{storage}/content/{volume...}", accepts("node", "volume"), showVolume),
		on("DELETE", base+"/{storage}/content/{volume...}", accepts("delay:int"), deleteVolume),
		on("POST", base+"/{storage}/download-url", accepts("content!", "filename!", "url!", "checksum",
			"checksum-algorithm", "compression", "verify-certificates:bool"), downloadURL),
		on("POST", base+"/{storage}/upload", accepts("content!", "filename!", "checksum",
			"checksum-algorithm", "tmpfilename"), uploadFile),
		on("GET", "/nodes/{node}/query-url-metadata", accepts("url!", "verify-certificates:bool"), queryURL),
	}
}

// storeOfPath returns the storage of the path, on the node of the path.
func (c *call) storeOfPath() (Datastore, error) {
	if _, err := c.node(); err != nil {
		return Datastore{}, err
	}
	return c.store(c.vars["storage"], c.vars["node"])
}

func (d Datastore) show() map[string]any {
	out := map[string]any{"storage": d.Name, "type": d.Type, "content": strings.Join(d.Content, ","),
		"shared": int(flag(d.Shared)[0] - '0'), "digest": strings.Repeat("0", 40)}
	if !d.isBlock() {
		out["path"] = d.path()
	}
	if len(d.Nodes) > 0 {
		out["nodes"] = strings.Join(d.Nodes, ",")
	}
	return out
}

func (d Datastore) path() string {
	if d.Name == "local" {
		return "/var/lib/vz"
	}
	return "/mnt/pve/" + d.Name
}

func (s *Sim) storeUse(d Datastore, node string) map[string]any {
	used := s.used(d, node)
	return map[string]any{"storage": d.Name, "type": d.Type, "content": strings.Join(d.Content, ","),
		"active": 1, "enabled": 1, "shared": int(flag(d.Shared)[0] - '0'),
		"total": d.capacity(), "used": used, "avail": d.capacity() - used,
		"used_fraction": float64(used) / float64(d.capacity())}
}

func listStores(c *call) (any, error) {
	list := []map[string]any{}
	for _, d := range c.opt.Datastores {
		list = append(list, d.show())
	}
	return list, nil
}

func showStore(c *call) (any, error) {
	for _, d := range c.opt.Datastores {
		if d.Name == c.vars["storage"] {
			return d.show(), nil
		}
	}
	return nil, fail("storage '%s' does not exist", c.vars["storage"])
}

func listNodeStores(c *call) (any, error) {
	node, err := c.node()
	if err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for _, d := range c.opt.Datastores {
		wanted := !c.has("content") || slices.Contains(d.Content, c.str("content"))
		if d.on(node.Name) && wanted && (!c.has("storage") || c.str("storage") == d.Name) {
			list = append(list, c.storeUse(d, node.Name))
		}
	}
	return list, nil
}

func storeStatus(c *call) (any, error) {
	d, err := c.storeOfPath()
	if err != nil {
		return nil, err
	}
	return c.storeUse(d, c.vars["node"]), nil
}

func listContent(c *call) (any, error) {
	d, err := c.storeOfPath()
	if err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(c.st.Volumes)) {
		v := c.st.Volumes[key]
		if !strings.HasPrefix(v.ID, d.Name+":") || !d.Shared && v.Node != c.vars["node"] ||
			c.has("content") && c.str("content") != v.Content || c.has("vmid") && c.num("vmid") != v.VM {
			continue
		}
		item := map[string]any{"volid": v.ID, "content": v.Content, "format": v.Format,
			"size": v.Stored, "ctime": v.Created.Unix()}
		if v.VM != 0 {
			item["vmid"] = v.VM
		}
		list = append(list, item)
	}
	return list, nil
}

// volumeOfPath finds {volume}, which may leave out the storage.
func (c *call) volumeOfPath() (*volume, Datastore, error) {
	d, err := c.storeOfPath()
	if err != nil {
		return nil, d, err
	}
	id := c.vars["volume"]
	if !strings.HasPrefix(id, d.Name+":") {
		id = d.Name + ":" + id
	}
	v, err := c.volume(id, c.vars["node"])
	return v, d, err
}

func showVolume(c *call) (any, error) {
	v, d, err := c.volumeOfPath()
	if err != nil {
		return nil, err
	}
	_, name, _ := cutVolume(v.ID)
	path := "/dev/" + d.Name + "/" + name
	if !d.isBlock() {
		path = d.path() + "/" + name
	}
	return map[string]any{"path": path, "format": v.Format, "size": v.Size, "used": v.Stored}, nil
}

func deleteVolume(c *call) (any, error) {
	v, _, err := c.volumeOfPath()
	if err != nil {
		return nil, err
	}
	for _, m := range c.machines() {
		for k, value := range m.Config {
			if d, err := parseDrive(value); err == nil && (isDisk(k) || isUnused(k)) && d.volume == v.ID &&
				(v.Node == "" || v.Node == m.Node) {
				return nil, fail("cannot remove image, a guest with VMID '%d' exists!", m.ID)
			}
		}
	}
	return c.start(job{node: c.vars["node"], kind: "imgdel", id: v.ID, do: func() error {
		delete(c.st.Volumes, c.volumeKey(v.ID, c.vars["node"]))
		return nil
	}})
}
