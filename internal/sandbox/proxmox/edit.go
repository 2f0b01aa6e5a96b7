package proxmox

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
)

// edit is a change of one VM's configuration that happens as a whole or not at
// all. Volumes allocated on the way disappear again when it is abandoned.
type edit struct {
	*Sim
	m       *machine
	config  map[string]string
	added   []string // keys of volumes made by this edit
	dropped []string // keys of volumes to destroy on commit
}

func (s *Sim) edit(m *machine) *edit {
	return &edit{Sim: s, m: m, config: maps.Clone(m.Config)}
}

func (e *edit) commit() {
	for _, k := range e.dropped {
		delete(e.st.Volumes, k)
	}
	e.m.Config = e.config
}

func (e *edit) abandon() {
	for _, k := range e.added {
		delete(e.st.Volumes, k)
	}
}

// apply sets and removes keys, and commits if all of them are accepted.
func (e *edit) apply(set map[string]string, remove []string) error {
	for _, k := range remove {
		if err := e.unset(k); err != nil {
			e.abandon()
			return err
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(set), bySlot) {
		if err := e.set(k, set[k]); err != nil {
			e.abandon()
			return err
		}
	}
	e.commit()
	return nil
}

func (e *edit) set(key, value string) error {
	if isDisk(key) {
		return e.setDisk(key, value)
	}
	stored, err := e.encode(key, value)
	if err != nil {
		return err
	}
	e.config[key] = stored
	return nil
}

// unset removes a key; a disk becomes an unused one, an unused disk or a
// cloud-init drive is destroyed.
func (e *edit) unset(key string) error {
	old := e.config[key]
	delete(e.config, key)
	if old == "" || !isDisk(key) && !isUnused(key) {
		return nil
	}
	return e.detach(key, old)
}

var (
	diskSlot   = regexp.MustCompile(`^(ide|scsi|virtio|sata)(\d+)$|^(efidisk|tpmstate)(0)$`)
	unusedSlot = regexp.MustCompile(`^unused\d+$`)
	netSlot    = regexp.MustCompile(`^net\d+$`)
	pciSlot    = regexp.MustCompile(`^hostpci\d+$`)
	ipSlot     = regexp.MustCompile(`^ipconfig(\d+)$`)
)

func isDisk(key string) bool { return diskSlot.MatchString(key) }

func isUnused(key string) bool { return unusedSlot.MatchString(key) }

// slotOrder is the order in which PVE walks a VM's drives, and so numbers them.
var slotOrder = map[string]int{"ide": 1, "scsi": 2, "virtio": 3, "sata": 4, "efidisk": 5, "tpmstate": 6}

func bySlot(a, b string) int {
	ka, na := slotRank(a)
	kb, nb := slotRank(b)
	return cmp.Or(cmp.Compare(ka, kb), cmp.Compare(na, nb), cmp.Compare(a, b))
}

func slotRank(key string) (class, index int) {
	g := diskSlot.FindStringSubmatch(key)
	if g == nil {
		return 0, 0
	}
	n, _ := strconv.Atoi(g[2] + g[4])
	return slotOrder[g[1]+g[3]], n
}
