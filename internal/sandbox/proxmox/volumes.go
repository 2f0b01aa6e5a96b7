package proxmox

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// volume is one disk image, ISO or download on a storage.
type volume struct {
	ID      string    `json:"id"`             // "storage:name"
	Node    string    `json:"node,omitempty"` // empty on shared storage
	Content string    `json:"content"`        // PVE's content type
	Format  string    `json:"format"`         // raw, qcow2, iso ...
	Size    int64     `json:"size"`           // bytes as the guest sees them
	Stored  int64     `json:"stored"`         // bytes of the file
	Sum     string    `json:"sum,omitempty"`  // checksum of a download, as the client gave it
	VM      int       `json:"vm,omitempty"`   // owner, 0 if none
	Created time.Time `json:"created"`
}

func (s *Sim) store(name, node string) (Datastore, error) {
	for _, d := range s.opt.Datastores {
		if d.Name != name {
			continue
		}
		if !d.on(node) {
			return d, fail("storage '%s' is not available on node '%s'", name, node)
		}
		return d, nil
	}
	return Datastore{}, fail("storage '%s' does not exist", name)
}

// storeFor is store for one content type.
func (s *Sim) storeFor(name, node, content string) (Datastore, error) {
	d, err := s.store(name, node)
	if err != nil {
		return d, err
	}
	if !slices.Contains(d.Content, content) {
		return d, fail("storage '%s' does not support content-type '%s'", name, content)
	}
	return d, nil
}

// volumeKey finds a volume in the state: volumes of unshared storages exist once
// per node.
func (s *Sim) volumeKey(id, node string) string {
	name, _, _ := strings.Cut(id, ":")
	for _, d := range s.opt.Datastores {
		if d.Name == name && d.Shared {
			return id
		}
	}
	return node + "/" + id
}

func (s *Sim) volume(id, node string) (*volume, error) {
	name, _, ok := strings.Cut(id, ":")
	if !ok {
		return nil, fail("unable to parse volume ID '%s'", id)
	}
	if _, err := s.store(name, node); err != nil {
		return nil, err
	}
	if v := s.st.Volumes[s.volumeKey(id, node)]; v != nil {
		return v, nil
	}
	return nil, fail("volume '%s' does not exist", id)
}

// addVolume stores v under its key, which it returns.
func (s *Sim) addVolume(v volume, d Datastore, node string) string {
	v.Created = s.opt.Clock()
	if !d.Shared {
		v.Node = node
	}
	if v.Stored == 0 {
		v.Stored = v.Size
	}
	key := s.volumeKey(v.ID, node)
	s.st.Volumes[key] = &v
	return key
}

// volumeName builds the id of a VM's volume: block storages hold devices, file
// storages hold files in a folder per VM.
func volumeName(d Datastore, vm int, name, format string) string {
	if d.isBlock() {
		return d.Name + ":" + name
	}
	return fmt.Sprintf("%s:%d/%s.%s", d.Name, vm, name, format)
}

// nextDisk returns the first free disk name of a VM on a storage.
func (s *Sim) nextDisk(d Datastore, node, prefix string, vm int, format string) string {
	for k := 0; ; k++ {
		id := volumeName(d, vm, fmt.Sprintf("%s-%d-disk-%d", prefix, vm, k), format)
		if s.st.Volumes[s.volumeKey(id, node)] == nil {
			return id
		}
	}
}

// used sums what lies on a storage as seen from a node.
func (s *Sim) used(d Datastore, node string) (sum int64) {
	for v := range maps.Values(s.st.Volumes) {
		if strings.HasPrefix(v.ID, d.Name+":") && (d.Shared || v.Node == node) {
			sum += v.Stored
		}
	}
	return sum
}

var sizeUnits = []struct {
	suffix string
	bytes  int64
}{{"T", 1 << 40}, {"G", 1 << 30}, {"M", 1 << 20}, {"K", 1 << 10}}

// formatSize writes bytes the way PVE does: the largest unit that divides them.
func formatSize(n int64) string {
	unit := ""
	for _, u := range []string{"K", "M", "G", "T"} {
		if n == 0 || n%1024 != 0 {
			break
		}
		n, unit = n/1024, u
	}
	return strconv.FormatInt(n, 10) + unit
}

// parseSize reads a number of bytes with an optional binary unit.
func parseSize(s string) (int64, error) {
	factor, digits := int64(1), s
	for _, u := range sizeUnits {
		if rest, ok := strings.CutSuffix(s, u.suffix); ok {
			factor, digits = u.bytes, rest
		}
	}
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil || f < 0 {
		return 0, fail("unable to parse size '%s'", s)
	}
	return int64(f * float64(factor)), nil
}
