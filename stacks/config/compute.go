package config

import "net/netip"

// Compute is the `compute` section: Proxmox VE and the virtual machines on it.
type Compute struct {
	Endpoint string   `json:"endpoint"` // https address of any Proxmox node, e.g. https://pve1.dmz.home:8006
	Insecure bool     `json:"insecure"` // accept a certificate that the system does not trust
	Hosts    []string `json:"hosts"`    // Proxmox node names; machines without a host are spread over them in order

	ResourcePool   string `json:"resourcePool"`   // Proxmox pool of all machines, created by the program
	Bridge         string `json:"bridge"`         // Linux bridge on every host, e.g. vmbr0
	VLAN           int    `json:"vlan,omitempty"` // 1 to 4094, 0 means untagged
	Datastore      string `json:"datastore"`      // datastore of the disks, e.g. local-lvm
	ImageDatastore string `json:"imageDatastore"` // datastore with content type import, e.g. local
	ImageShared    bool   `json:"imageShared"`    // imageDatastore is one and the same on every host

	Image   Image    `json:"image"`
	User    string   `json:"user"`    // account that cloud-init creates and Kubespray logs in as
	SSHKeys []string `json:"sshKeys"` // public keys of that account, authorized_keys form; read at a machine's first boot only

	PCIMappings []PCIMapping `json:"pciMappings,omitempty"`
	Pools       []NodePool   `json:"pools"`

	// Disposable lets a run delete machines; otherwise they are protected. For sandboxes only.
	Disposable bool `json:"disposable,omitempty"`
}

// Image is the cloud image the machines start from.
type Image struct {
	URL      string `json:"url"`              // https address of a qcow2 image
	FileName string `json:"fileName"`         // ends in .qcow2; the datastore name adds the start of the checksum
	SHA256   string `json:"sha256,omitempty"` // checksum of the image, 64 hex digits; Proxmox refuses a download that differs; required unless compute.disposable
}

// PCIMapping is a Proxmox hardware mapping: the only way to a PCI device with an API token.
type PCIMapping struct {
	Name    string      `json:"name"`
	Devices []PCIDevice `json:"devices"` // at most one per host
}

// PCIDevice is one device of a mapping on one host.
type PCIDevice struct {
	Host       string `json:"host"`
	ID         string `json:"id"`   // vendor:device, e.g. 10de:2204
	Path       string `json:"path"` // e.g. 0000:01:00.0
	IOMMUGroup int    `json:"iommuGroup,omitempty"`
}

// Role says what a node does in the cluster.
type Role string

// The two roles.
const (
	ControlPlane Role = "control-plane"
	Worker       Role = "worker"
)

// NodePool is a set of equal machines.
type NodePool struct {
	Name        string            `json:"name"`
	Role        Role              `json:"role"`
	Cores       int               `json:"cores"`                 // virtual CPUs
	MemoryMiB   int               `json:"memoryMiB"`             // fixed, no ballooning
	DiskGiB     int               `json:"diskGiB"`               // system disk
	DataDiskGiB int               `json:"dataDiskGiB,omitempty"` // raw disk for Linstor, 0 means none
	PCIMapping  string            `json:"pciMapping,omitempty"`  // name of a PCI mapping, for GPU nodes
	Labels      map[string]string `json:"labels,omitempty"`      // Kubernetes node labels, set by Kubespray
	Taints      []string          `json:"taints,omitempty"`      // key=value:Effect, set by Kubespray
	Nodes       []Node            `json:"nodes"`
}

// Node is one machine.
type Node struct {
	Name    string     `json:"name"`           // host and Kubernetes node name, e.g. k2w-7
	VMID    int        `json:"vmId"`           // 100 to 999999999, unique in the Proxmox cluster
	Address netip.Addr `json:"address"`        // static address inside site.lan
	Host    string     `json:"host,omitempty"` // Proxmox node; empty means the next one in turn
}
