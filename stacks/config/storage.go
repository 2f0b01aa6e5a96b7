package config

import (
	"net/netip"
	"path"
	"strings"
)

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

// Validate checks the section by itself.
func (s Storage) Validate(at Path) []error { return s.NFS.validate(at.Field("nfs")) }

func (n NFS) validate(at Path) (errs []error) {
	if !path.IsAbs(n.Path) || path.Clean(n.Path) != n.Path {
		errs = append(errs, at.Errorf("path", "must be a clean absolute path such as /data0/k2, got %q", n.Path))
	}
	errs = append(errs, matches(at, "class", n.Class, label, "lower-case letters, digits and dashes")...)
	for i, o := range n.MountOptions {
		if o == "" || strings.ContainsAny(o, " ,\t") {
			errs = append(errs, at.Field("mountOptions").Index(i).Errorf("", "must be one mount option, got %q", o))
		}
	}
	return errs
}
