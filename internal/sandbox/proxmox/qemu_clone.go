package proxmox

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// cloneRequest is a checked clone call.
type cloneRequest struct {
	source, made          *machine
	full                  bool
	storage, format, pool string
}

func cloneVM(c *call) (any, error) {
	src, err := c.writableVM()
	if err != nil {
		return nil, err
	}
	target := src.Node
	if t := c.str("target"); t != "" {
		target = t
	}
	if _, err := c.nodeNamed(target); err != nil {
		return nil, err
	}
	id := c.num("newid")
	if err := c.freeID(id, "create"); err != nil {
		return nil, err
	}
	if err := c.checkPool(c.str("pool")); err != nil {
		return nil, err
	}
	full := c.yes("full") || !c.has("full") && !src.template()
	switch {
	case !full && !src.template():
		return nil, refuse("full", "you can only clone a template as a linked clone")
	case !full && c.has("storage"):
		return nil, refuse("storage", "parameter 'storage' not allowed for linked clones")
	}
	if err := c.checkReachable(src, target); err != nil {
		return nil, err
	}
	if st := c.str("storage"); st != "" {
		if _, err := c.storeFor(st, target, "images"); err != nil {
			return nil, err
		}
	}
	m := &machine{ID: id, Node: target, Config: map[string]string{}, Lock: lockClone}
	c.st.VMs[m.key()] = m
	name, description := c.str("name"), c.str("description")
	r := cloneRequest{source: src, made: m, full: full, storage: c.str("storage"),
		format: c.str("format"), pool: c.str("pool")}
	return c.start(job{node: src.Node, kind: "qmclone", id: src.key(),
		do:   func() error { return c.cloneInto(r, name, description) },
		undo: func() { c.destroyVM(m) },
	})
}

// checkReachable refuses a clone to another node when a disk is on local storage.
func (c *call) checkReachable(src *machine, target string) error {
	if target == src.Node {
		return nil
	}
	for k, v := range src.Config {
		d, err := parseDrive(v)
		if !isDisk(k) || err != nil || d.isEmptyCD() {
			continue
		}
		if vol, err := c.volume(d.volume, src.Node); err == nil && vol.Node != "" {
			return fail("can't clone to non-shared storage '%s'", strings.SplitN(vol.ID, ":", 2)[0])
		}
	}
	return nil
}

// cloneInto copies configuration and volumes; addresses and ids are made anew.
func (s *Sim) cloneInto(r cloneRequest, name, description string) error {
	m := r.made
	config := maps.Clone(r.source.Config)
	for _, k := range []string{"template", "smbios1", "vmgenid", "meta", "protection"} {
		delete(config, k)
	}
	maps.DeleteFunc(config, func(k, _ string) bool { return isUnused(k) })
	config["name"] = "Copy-of-VM-" + r.source.name()
	if name != "" {
		config["name"] = name
	}
	if description != "" {
		config["description"] = description
	}
	for _, k := range slices.SortedFunc(maps.Keys(config), bySlot) {
		switch {
		case netSlot.MatchString(k):
			model, rest, _ := strings.Cut(config[k], "=")
			_, rest, _ = strings.Cut(rest, ",")
			config[k] = strings.TrimSuffix(model+"="+newMAC()+","+rest, ",")
		case isDisk(k):
			copied, err := s.cloneDisk(r, config[k])
			if err != nil {
				return err
			}
			config[k] = copied
		}
	}
	s.identity(config)
	m.Config, m.Lock = config, ""
	s.joinPool(r.pool, m)
	return nil
}

func (s *Sim) cloneDisk(r cloneRequest, value string) (string, error) {
	d, err := parseDrive(value)
	if err != nil || d.isEmptyCD() {
		return value, err
	}
	v, err := s.volume(d.volume, r.source.Node)
	if err != nil {
		return "", err
	}
	if v.Content != "images" {
		return value, nil // an ISO is shared, not copied
	}
	name, _, _ := strings.Cut(v.ID, ":")
	if r.storage != "" {
		name = r.storage
	}
	store, err := s.storeFor(name, r.made.Node, "images")
	if err != nil {
		return "", err
	}
	format := v.Format
	if r.format != "" {
		format = r.format
	}
	if store.isBlock() {
		format = "raw"
	}
	id := s.nextDisk(store, r.made.Node, "vm", r.made.ID, format)
	if isCloudInit(v.ID, r.source.ID) {
		id = volumeName(store, r.made.ID, fmt.Sprintf("vm-%d-cloudinit", r.made.ID), format)
	}
	s.addVolume(volume{ID: id, Content: "images", Format: format, Size: v.Size, VM: r.made.ID}, store, r.made.Node)
	return d.options.encode(id), nil
}
