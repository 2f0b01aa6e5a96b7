package proxmox

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"time"
)

// Node is one Proxmox VE host of the simulated cluster.
type Node struct {
	Name      string `json:"name"`      // DNS label, unique
	CPUs      int    `json:"cpus"`      // threads, 1 and up; VMs may ask for more in total
	MemoryMiB int    `json:"memoryMiB"` // 1 and up; VMs may ask for more in total
}

// Datastore is one storage of the simulated cluster.
type Datastore struct {
	Name    string   `json:"name"`    // e.g. "local-lvm", unique
	Type    string   `json:"type"`    // PVE's plugin name: dir, nfs, lvmthin, zfspool, rbd ...
	Content []string `json:"content"` // PVE's content types: images, import, iso, snippets ...
	Shared  bool     `json:"shared"`  // one store for all nodes, else one per node
	SizeGiB int      `json:"sizeGiB"` // capacity, 0 means 1024
	Nodes   []string `json:"nodes"`   // where it exists, empty means everywhere
}

// Options describes the simulated cluster.
type Options struct {
	StateFile  string           // written at each change; empty keeps everything in memory
	Nodes      []Node           // at least one
	Datastores []Datastore      // empty means "local" (files and images) and "local-lvm" (disks)
	Token      string           // the one accepted API token, "user@realm!name=uuid"
	Version    string           // PVE release to play, empty means "8.4.1"; from 9.0 HA groups are refused
	GuestAgent bool             // guests answer the QEMU agent when their VM enables it
	TaskTime   time.Duration    // how long every task runs, 0 ends it at once
	Faults     []Fault          // see Fault; not kept over a restart
	Clock      func() time.Time // source of timestamps, nil means time.Now
	Logger     *slog.Logger     // one line per request at debug level, nil is silent
}

var (
	tokenForm   = regexp.MustCompile(`^[^\s@!=]+@[^\s@!=]+![^\s@!=]+=[a-zA-Z0-9-]+$`)
	nameForm    = regexp.MustCompile(`^[a-zA-Z]([a-zA-Z0-9-]*[a-zA-Z0-9])?$`)
	storageForm = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9._-]*[a-zA-Z0-9]$`)
)

// withDefaults fills what was left out and reports every mistake at once.
func (o Options) withDefaults() (Options, error) {
	var errs []error
	if !tokenForm.MatchString(o.Token) {
		errs = append(errs, errors.New(`token: must have the form "user@realm!name=uuid"`))
	}
	if len(o.Nodes) == 0 {
		errs = append(errs, errors.New("nodes: at least one is needed"))
	}
	seen := map[string]bool{}
	for i, n := range o.Nodes {
		if !nameForm.MatchString(n.Name) || seen[n.Name] {
			errs = append(errs, fmt.Errorf("nodes[%d].name: must be a unique DNS label, got %q", i, n.Name))
		}
		seen[n.Name] = true
		if n.CPUs < 1 || n.MemoryMiB < 1 {
			errs = append(errs, fmt.Errorf("nodes[%d]: %q needs cpus and memoryMiB of 1 or more, got %d and %d",
				i, n.Name, n.CPUs, n.MemoryMiB))
		}
	}
	if len(o.Datastores) == 0 {
		o.Datastores = defaultDatastores()
	}
	errs = append(errs, checkDatastores(o.Datastores, seen)...)
	for i, f := range o.Faults {
		if err := f.check(); err != nil {
			errs = append(errs, fmt.Errorf("faults[%d]: %w", i, err))
		}
	}
	if o.Version == "" {
		o.Version = "8.4.1"
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, errors.Join(errs...)
}

func checkDatastores(stores []Datastore, nodes map[string]bool) (errs []error) {
	seen := map[string]bool{}
	for i, d := range stores {
		if !storageForm.MatchString(d.Name) || seen[d.Name] {
			errs = append(errs, fmt.Errorf("datastores[%d].name: must be a unique storage id, got %q", i, d.Name))
		}
		seen[d.Name] = true
		for _, n := range d.Nodes {
			if !nodes[n] {
				errs = append(errs, fmt.Errorf("datastores[%d].nodes: %q is not one of the nodes", i, n))
			}
		}
	}
	return errs
}

func defaultDatastores() []Datastore {
	return []Datastore{
		{Name: "local", Type: "dir", Content: []string{"iso", "vztmpl", "import", "snippets", "backup"}},
		{Name: "local-lvm", Type: "lvmthin", Content: []string{"images", "rootdir"}},
	}
}

// blockTypes are the plugins whose volumes are devices, named without a folder
// and always raw.
var blockTypes = []string{"lvm", "lvmthin", "zfspool", "zfs", "rbd", "iscsi", "iscsidirect"}

func (d Datastore) isBlock() bool { return slices.Contains(blockTypes, d.Type) }

func (d Datastore) capacity() int64 {
	if d.SizeGiB == 0 {
		return 1024 << 30
	}
	return int64(d.SizeGiB) << 30
}

func (d Datastore) on(node string) bool {
	return len(d.Nodes) == 0 || slices.Contains(d.Nodes, node)
}
