package proxmox

import (
	"fmt"
	"strconv"
	"strings"
)

// drive is a disk value split into its volume and its options.
type drive struct {
	volume  string
	options *property
}

func parseDrive(value string) (drive, error) {
	p, err := parseProperty(value, "file")
	if err != nil {
		return drive{}, err
	}
	v := p.take("file")
	if v == "" {
		v = p.take("volume")
	}
	if v == "" {
		return drive{}, fail("invalid format - file: property is missing and it is not optional")
	}
	return drive{volume: v, options: p}, nil
}

// allocates reports the storage and the size text of a "storage:size" volume.
func (d drive) allocates() (storage, size string, ok bool) {
	storage, size, ok = strings.Cut(d.volume, ":")
	if !ok {
		return "", "", false
	}
	_, err := strconv.ParseFloat(size, 64)
	return storage, size, err == nil
}

func (d drive) isEmptyCD() bool { return d.volume == "none" || d.volume == "cdrom" }

// wantsCloudInit is true for the drive "storage:cloudinit".
func (d drive) wantsCloudInit() bool { return strings.HasSuffix(d.volume, ":cloudinit") }

func isCloudInit(volume string, vm int) bool {
	return strings.Contains(volume, fmt.Sprintf("vm-%d-cloudinit", vm))
}

// setDisk attaches, changes or allocates the drive of a slot.
func (e *edit) setDisk(slot, value string) error {
	d, err := parseDrive(value)
	if err != nil {
		return refuse(slot, "%s", because(err))
	}
	if old := e.config[slot]; old != "" {
		was, err := parseDrive(old)
		if err != nil {
			return err
		}
		if was.volume != d.volume {
			if err := e.detach(slot, old); err != nil {
				return err
			}
		}
	}
	d.options.take("size") // a size never comes from the client: resize changes it
	switch storage, size, alloc := d.allocates(); {
	case d.isEmptyCD():
		d.options.set("media", "cdrom")
		e.config[slot] = d.options.encode(d.volume)
		return nil
	case d.wantsCloudInit():
		return e.addCloudInit(slot, d)
	case alloc && d.options.get("import-from") != "":
		return e.importDisk(slot, storage, d)
	case alloc:
		return e.allocDisk(slot, storage, size, d)
	}
	return e.attach(slot, d)
}

// attach refers to a volume that exists.
func (e *edit) attach(slot string, d drive) error {
	v, err := e.volume(d.volume, e.m.Node)
	if err != nil {
		return err
	}
	d.options.take("format")
	if isCloudInit(v.ID, e.m.ID) || v.Content == "iso" {
		d.options.set("media", "cdrom")
	}
	if !isCloudInit(v.ID, e.m.ID) {
		d.options.set("size", formatSize(v.Size))
	}
	e.config[slot] = d.options.encode(v.ID)
	return nil
}

func (e *edit) addCloudInit(slot string, d drive) error {
	name, _, _ := strings.Cut(d.volume, ":")
	store, err := e.storeFor(name, e.m.Node, "images")
	if err != nil {
		return err
	}
	format := "raw"
	if f := d.options.take("format"); f != "" {
		format = f
	} else if !store.isBlock() {
		format = "qcow2"
	}
	id := volumeName(store, e.m.ID, fmt.Sprintf("vm-%d-cloudinit", e.m.ID), format)
	e.add(volume{ID: id, Content: "images", Format: format, Size: 4 << 20, VM: e.m.ID}, store)
	d.options.set("media", "cdrom")
	e.config[slot] = d.options.encode(id)
	return nil
}

// firmwareDisk is the fixed size of EFI variable and TPM state volumes.
const firmwareDisk = 4 << 20

func (e *edit) allocDisk(slot, storage, size string, d drive) error {
	gib, err := strconv.ParseFloat(size, 64)
	if err != nil {
		return refuse(slot, "unable to parse size '%s'", size)
	}
	bytes := int64(gib * (1 << 30))
	if slot == "efidisk0" || slot == "tpmstate0" {
		bytes = firmwareDisk
	}
	return e.newDisk(slot, storage, bytes, d)
}

// importDisk copies a downloaded image or another VM's volume into a new one.
func (e *edit) importDisk(slot, storage string, d drive) error {
	source := d.options.take("import-from")
	if strings.HasPrefix(source, "/") {
		return fail("Only root can pass arbitrary filesystem paths.")
	}
	v, err := e.volume(source, e.m.Node)
	if err != nil {
		return err
	}
	if v.Content != "import" && v.Content != "images" && v.Content != "iso" {
		return fail("cannot import from '%s' - content type '%s' holds no disk image", source, v.Content)
	}
	return e.newDisk(slot, storage, v.Size, d)
}

func (e *edit) newDisk(slot, storage string, bytes int64, d drive) error {
	store, err := e.storeFor(storage, e.m.Node, "images")
	if err != nil {
		return err
	}
	format := d.options.take("format")
	if format == "" || store.isBlock() {
		format = "raw"
	}
	id := e.nextDisk(store, e.m.Node, "vm", e.m.ID, format)
	e.add(volume{ID: id, Content: "images", Format: format, Size: bytes, VM: e.m.ID}, store)
	d.options.set("size", formatSize(bytes))
	e.config[slot] = d.options.encode(id)
	return nil
}
