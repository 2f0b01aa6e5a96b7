package proxmox

import (
	"net/netip"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Args says how to reach Proxmox VE and which machines to make there.
type Args struct {
	Endpoint string             // https address of any node, without a path
	Token    pulumi.StringInput // user@realm!name=uuid, secret; privileges: docs/proxmox-token.md
	Insecure bool               // accept a certificate that the system does not trust

	ResourcePool   string // Proxmox pool of all machines, made here
	Datastore      string // of the disks, present on every host
	ImageDatastore string // with content type import; PVE 8.4 or later
	ImageShared    bool   // ImageDatastore is one and the same on every host

	Image    Image
	Account  Account
	Network  Network
	Mappings []Mapping
	Machines []Machine // names and VM ids are unique

	// Disposable lets Pulumi delete machines. Otherwise they are protected, and a deletion is
	// refused until `pulumi state unprotect` says so.
	Disposable bool
}

// Image is the cloud image of the system disks.
type Image struct {
	URL      string // https address of a qcow2 image that brings cloud-init
	FileName string // ends in .qcow2
	SHA256   string // 64 hex digits; empty means that the download is not verified
}

// Account is what cloud-init sets up at a machine's first boot. A later change reaches machines
// made from then on and leaves the others alone.
type Account struct {
	User    string
	SSHKeys []string // authorized_keys form
}

// Network is what all machines share.
type Network struct {
	Bridge  string       // Linux bridge on every host, e.g. vmbr0
	VLAN    int          // 1 to 4094, 0 means untagged
	LAN     netip.Prefix // gives the addresses their prefix length
	Gateway netip.Addr
	DNS     []netip.Addr
	Domain  string // search domain
}

// Mapping names a PCI device on every host that has it. It is the only way to such a device with
// an API token: raw device ids are reserved to root@pam.
type Mapping struct {
	Name    string
	Devices []Device // at most one per host
}

// Device is one PCI device on one host.
type Device struct {
	Host       string
	ID         string // vendor:device, e.g. 10de:2204
	Path       string // e.g. 0000:01:00.0
	IOMMUGroup int    // 0 means unknown
}

// Machine is one virtual machine.
type Machine struct {
	Name    string // RFC 1123 label: guest host name and Kubernetes node name
	VMID    int    // 100 to 999999999, unique in the Proxmox cluster
	Address netip.Addr
	Host    string // Proxmox node, see Place
	// Pinned means that a person chose Host: a change of it migrates the machine. Otherwise Host
	// counts at birth only, so new hosts and manual migrations move nothing.
	Pinned bool
	Tags   []string // in any order and case

	Cores       int
	MemoryMiB   int    // fixed: ballooning takes memory from a kubelet that has promised it to pods
	DiskGiB     int    // not below the size of the image
	DataDiskGiB int    // raw second disk, 0 means none
	PCIMapping  string // name of a Mapping, empty means none
}
