package proxmox

import (
	"fmt"
	"slices"
)

// add stores a new volume. One that takes the name of a volume to be dropped, as
// a re-made cloud-init drive does, replaces it.
func (e *edit) add(v volume, d Datastore) {
	key := e.addVolume(v, d, e.m.Node)
	if i := slices.Index(e.dropped, key); i >= 0 {
		e.dropped = slices.Delete(e.dropped, i, i+1)
		return
	}
	e.added = append(e.added, key)
}

// detach handles the volume a slot no longer refers to.
func (e *edit) detach(slot, value string) error {
	d, err := parseDrive(value)
	if err != nil {
		return err
	}
	if d.isEmptyCD() {
		return nil
	}
	v, err := e.volume(d.volume, e.m.Node)
	if err != nil || v.VM != e.m.ID {
		return nil // a volume that is gone or not ours needs no care
	}
	if isUnused(slot) || isCloudInit(v.ID, e.m.ID) {
		e.dropped = append(e.dropped, e.volumeKey(v.ID, e.m.Node))
		return nil
	}
	for k := 0; ; k++ {
		free := fmt.Sprintf("unused%d", k)
		if e.config[free] == "" {
			e.config[free] = v.ID
			return nil
		}
	}
}
