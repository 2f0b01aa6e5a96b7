package proxmox

import (
	"maps"
	"regexp"
)

var (
	dnsName = regexp.MustCompile(`^([a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*$`)
	osTypes = []string{"other", "wxp", "w2k", "w2k3", "w2k8", "wvista", "win7", "win8", "win10", "win11",
		"l24", "l26", "solaris"}
	scsiControllers = []string{"lsi", "lsi53c810", "virtio-scsi-pci", "virtio-scsi-single", "megasas", "pvscsi"}
)

// vmOptions are the plain keys of a VM's configuration.
var vmOptions = map[string]param{
	"acpi": {kind: boolean}, "affinity": {}, "agent": {kind: props}, "allow-ksm": {kind: boolean},
	"amd-sev": {kind: props}, "arch": {oneOf: []string{"x86_64", "aarch64"}}, "args": {},
	"audio0": {kind: props}, "autostart": {kind: boolean}, "balloon": {kind: integer},
	"bios": {oneOf: []string{"seabios", "ovmf"}}, "boot": {}, "bootdisk": {}, "cdrom": {},
	"cicustom": {kind: props}, "cipassword": {},
	"citype":    {oneOf: []string{"configdrive2", "nocloud", "opennebula"}},
	"ciupgrade": {kind: boolean}, "ciuser": {}, "cores": {kind: integer, low: 1}, "cpu": {kind: props},
	"cpulimit": {kind: number}, "cpuunits": {kind: integer, low: 1}, "description": {},
	"efidisk0": {kind: props}, "freeze": {kind: boolean}, "hookscript": {}, "hotplug": {},
	"hugepages": {oneOf: []string{"any", "2", "1024"}}, "ivshmem": {kind: props},
	"keephugepages": {kind: boolean}, "keyboard": {}, "kvm": {kind: boolean}, "localtime": {kind: boolean},
	"machine": {}, "memory": {kind: props}, "migrate_downtime": {kind: number},
	"migrate_speed": {kind: integer}, "name": {form: dnsName}, "nameserver": {}, "numa": {kind: boolean},
	"onboot": {kind: boolean}, "ostype": {oneOf: osTypes}, "protection": {kind: boolean},
	"reboot": {kind: boolean}, "rng0": {kind: props}, "scsihw": {oneOf: scsiControllers}, "searchdomain": {},
	"shares": {kind: integer}, "smbios1": {kind: props}, "sockets": {kind: integer, low: 1},
	"spice_enhancements": {kind: props}, "sshkeys": {}, "startdate": {}, "startup": {},
	"tablet": {kind: boolean}, "tags": {}, "tdf": {kind: boolean}, "template": {kind: boolean},
	"tpmstate0": {kind: props}, "vcpus": {kind: integer, low: 1}, "vga": {kind: props}, "vmgenid": {},
	"vmstatestorage": {}, "watchdog": {kind: props},
}

// vmDevices are the numbered keys of a VM's configuration.
var vmDevices = map[string]indexedParam{
	"ide": {count: 4}, "sata": {count: 6}, "scsi": {count: 31}, "virtio": {count: 16},
	"net": {count: 32}, "ipconfig": {count: 32}, "hostpci": {count: 16}, "serial": {count: 4},
	"parallel": {count: 3}, "usb": {count: 14}, "numa": {count: 8}, "virtiofs": {count: 10},
	"unused": {count: 256},
}

// vmSchema is the configuration plus what one call adds to it.
func vmSchema(extra ...string) schema {
	s := accepts(extra...)
	maps.Copy(s.named, vmOptions)
	s.indexed = vmDevices
	return s
}

// shownAs is the kind in which a key is shown in JSON: flags and counts are
// numbers, everything else, memory too, is a string.
func shownAs(key string) kind {
	p, ok := schema{named: vmOptions, indexed: vmDevices}.lookup(key)
	if !ok {
		return text
	}
	return p.kind
}

// rootOnly are keys that only root@pam may set, never a token.
var rootOnly = map[string]bool{"args": true, "affinity": true, "arch": true, "lock": true}
