package proxmox

import (
	"strings"
)

// driveOf finds an attached drive and its volume.
func (c *call) driveOf(m *machine, slot string) (drive, *volume, error) {
	value := m.Config[slot]
	if !isDisk(slot) && !isUnused(slot) {
		return drive{}, nil, refuse("disk", "value '%s' does not have a value in the enumeration", slot)
	}
	if value == "" {
		return drive{}, nil, fail("disk '%s' does not exist", slot)
	}
	d, err := parseDrive(value)
	if err != nil {
		return d, nil, err
	}
	v, err := c.volume(d.volume, m.Node)
	return d, v, err
}

// resizeDisk grows a disk to a size, or by one given with a plus sign.
func resizeDisk(c *call) (any, error) {
	m, err := c.writableVM()
	if err != nil {
		return nil, err
	}
	if err := c.checkDigest(m); err != nil {
		return nil, err
	}
	slot := c.str("disk")
	d, v, err := c.driveOf(m, slot)
	if err != nil {
		return nil, err
	}
	if d.options.get("media") == "cdrom" {
		return nil, fail("you can't resize a cdrom")
	}
	by, more := strings.CutPrefix(c.str("size"), "+")
	size, err := parseSize(by)
	if err != nil {
		return nil, err
	}
	if more {
		size += v.Size
	}
	if size < v.Size {
		return nil, fail("shrinking disks is not supported")
	}
	return c.start(job{node: m.Node, kind: "resize", id: m.key(), do: func() error {
		v.Size, v.Stored = size, size
		d.options.set("size", formatSize(size))
		m.Config[slot] = d.options.encode(v.ID)
		return nil
	}})
}

// moveDisk copies a disk to another storage or format.
func moveDisk(c *call) (any, error) {
	m, err := c.writableVM()
	if err != nil {
		return nil, err
	}
	slot := c.str("disk")
	d, v, err := c.driveOf(m, slot)
	if err != nil {
		return nil, err
	}
	store, err := c.storeFor(c.str("storage"), m.Node, "images")
	if err != nil {
		return nil, err
	}
	format := v.Format
	if f := c.str("format"); f != "" {
		format = f
	}
	if store.isBlock() {
		format = "raw"
	}
	if strings.HasPrefix(v.ID, store.Name+":") && format == v.Format {
		return nil, fail("you can't move to the same storage with same format")
	}
	drop := c.yes("delete")
	return c.start(job{node: m.Node, kind: "qmmove", id: m.key(), do: func() error {
		e := c.edit(m)
		id := e.nextDisk(store, m.Node, "vm", m.ID, format)
		e.add(volume{ID: id, Content: "images", Format: format, Size: v.Size, VM: m.ID}, store)
		if drop {
			e.dropped = append(e.dropped, e.volumeKey(v.ID, m.Node))
		} else if err := e.detach(slot, v.ID); err != nil {
			e.abandon()
			return err
		}
		e.config[slot] = d.options.encode(id)
		e.commit()
		return nil
	}})
}
