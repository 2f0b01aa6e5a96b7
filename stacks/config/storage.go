package config

import (
	"net/netip"
	"path"
	"strings"
)

// Storage is the `storage` section.
type Storage struct {
	NFS     NFS      `json:"nfs"`
	Linstor Linstor  `json:"linstor"`
	Gluster *Gluster `json:"gluster,omitempty"` // nil means no GlusterFS volume
	MinIO   MinIO    `json:"minio"`
}

// NFS is the existing export behind the shared storage class.
type NFS struct {
	Server       netip.Addr `json:"server"`
	Path         string     `json:"path"`                   // absolute path of the export, e.g. /data0/k2
	Class        string     `json:"class"`                  // name of the StorageClass, e.g. nfs-client
	MountOptions []string   `json:"mountOptions,omitempty"` // e.g. nfsvers=4.1
}

// Linstor makes block volumes out of the raw data disks of the machines that carry LinstorLabel.
type Linstor struct {
	Device          string `json:"device"`          // the raw disk, the same path on every machine, e.g. /dev/sdb
	Replicas        int    `json:"replicas"`        // copies of a replicated volume, 2 to 3
	ReplicatedClass string `json:"replicatedClass"` // name of the StorageClass of replicated volumes, the cluster's default
	LocalClass      string `json:"localClass"`      // name of the one without replication, for systems that replicate themselves
	SnapshotClass   string `json:"snapshotClass"`   // name of the VolumeSnapshotClass
}

// LinstorLabel is the node label, value "true", of machines whose data disk belongs to Linstor.
const LinstorLabel = "storage.streamforge/linstor"

// Gluster is an existing GlusterFS volume, exported by NFS-Ganesha on the Gluster hosts.
type Gluster struct {
	Server       string   `json:"server"`                 // address or name that moves between the hosts with Ganesha
	Volume       string   `json:"volume"`                 // name of the volume, exported under that name, e.g. gv0
	Class        string   `json:"class"`                  // name of the StorageClass that makes folders in it
	SizeGiB      int      `json:"sizeGiB"`                // size of the whole volume, shown by the one claim for all of it
	MountOptions []string `json:"mountOptions,omitempty"` // e.g. nfsvers=4.1
}

// Validate checks the section by itself.
func (s Storage) Validate(at Path) (errs []error) {
	errs = append(errs, s.NFS.validate(at.Field("nfs"))...)
	errs = append(errs, s.Linstor.validate(at.Field("linstor"))...)
	if s.Gluster != nil {
		errs = append(errs, s.Gluster.validate(at.Field("gluster"))...)
	}
	errs = append(errs, s.MinIO.validate(at.Field("minio"))...)
	return append(errs, s.classesUnique(at)...)
}

func (s Storage) classesUnique(at Path) (errs []error) {
	classes := unique[string]{s.NFS.Class: at.Field("nfs.class")}
	names := []struct{ key, name string }{
		{"linstor.replicatedClass", s.Linstor.ReplicatedClass}, {"linstor.localClass", s.Linstor.LocalClass},
	}
	if s.Gluster != nil {
		names = append(names, struct{ key, name string }{"gluster.class", s.Gluster.Class})
	}
	for _, n := range names {
		if err := classes.add(n.name, at.Field(n.key)); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

func (n NFS) validate(at Path) (errs []error) {
	if !path.IsAbs(n.Path) || path.Clean(n.Path) != n.Path {
		errs = append(errs, at.Errorf("path", "must be a clean absolute path such as /data0/k2, got %q", n.Path))
	}
	errs = append(errs, className(at, "class", n.Class)...)
	return append(errs, mountOptions(at, n.MountOptions)...)
}

func (l Linstor) validate(at Path) (errs []error) {
	errs = append(errs, matches(at, "device", l.Device, blockDevice, "the path of a disk such as /dev/sdb")...)
	if l.Device == "/dev/sda" || l.Device == "/dev/vda" {
		errs = append(errs, at.Errorf("device", "%s is the machines' system disk", l.Device))
	}
	errs = append(errs, between(at, "replicas", l.Replicas, 2, 3, "")...)
	errs = append(errs, className(at, "replicatedClass", l.ReplicatedClass)...)
	errs = append(errs, className(at, "localClass", l.LocalClass)...)
	return append(errs, className(at, "snapshotClass", l.SnapshotClass)...)
}

func (g Gluster) validate(at Path) (errs []error) {
	if _, err := netip.ParseAddr(g.Server); err != nil && !dnsName(g.Server, 2) {
		errs = append(errs, at.Errorf("server", "must be an address or a DNS name of at least two labels, got %q", g.Server))
	}
	errs = append(errs, matches(at, "volume", g.Volume, glusterVolume, "the name of a Gluster volume such as gv0")...)
	errs = append(errs, className(at, "class", g.Class)...)
	errs = append(errs, between(at, "sizeGiB", g.SizeGiB, 1, 1<<20, " GiB")...)
	return append(errs, mountOptions(at, g.MountOptions)...)
}

func className(at Path, field, name string) []error {
	return matches(at, field, name, label, "lower-case letters, digits and dashes")
}

func mountOptions(at Path, options []string) (errs []error) {
	for i, o := range options {
		if o == "" || strings.ContainsAny(o, " ,\t") {
			errs = append(errs, at.Field("mountOptions").Index(i).Errorf("", "must be one mount option, got %q", o))
		}
	}
	return errs
}
