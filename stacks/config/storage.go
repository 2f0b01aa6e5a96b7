package config

import "net/netip"

// Storage is the `storage` section.
type Storage struct {
	NFS NFS `json:"nfs"`
}

// NFS is the existing export behind the shared storage class.
type NFS struct {
	Server       netip.Addr `json:"server"`
	Path         string     `json:"path"`                   // absolute path of the export, e.g. /data0/k2
	Class        string     `json:"class"`                  // name of the StorageClass, e.g. nfs-client
	MountOptions []string   `json:"mountOptions,omitempty"` // e.g. nfsvers=4.1
}
