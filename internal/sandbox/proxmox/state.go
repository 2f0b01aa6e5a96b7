package proxmox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// state is all that outlives a restart. Keys of VMs are their ids in decimal.
type state struct {
	VMs       map[string]*machine    `json:"vms"`
	Volumes   map[string]*volume     `json:"volumes"`
	Pools     map[string]*pool       `json:"pools"`
	Mappings  map[string]*pciMapping `json:"mappings"`
	HA        haState                `json:"ha"`
	Cluster   map[string]string      `json:"cluster"`
	Tasks     []*task                `json:"tasks"`
	Processes int                    `json:"processes"` // process ids given out so far
}

// machine is one VM.
type machine struct {
	ID      int               `json:"id"`
	Node    string            `json:"node"`
	Config  map[string]string `json:"config"`
	Lock    string            `json:"lock,omitempty"`   // PVE's lock name while a task owns the VM
	Active  map[string]string `json:"active,omitempty"` // configuration of the running guest, nil when stopped
	PID     int               `json:"pid,omitempty"`
	Started time.Time         `json:"started,omitzero"`
}

func (m *machine) running() bool { return m.Active != nil }

func (m *machine) key() string { return strconv.Itoa(m.ID) }

func (m *machine) template() bool { return isTrue(m.Config["template"]) }

func newState() *state {
	return &state{VMs: map[string]*machine{}, Volumes: map[string]*volume{}, Pools: map[string]*pool{},
		Mappings: map[string]*pciMapping{}, HA: newHAState(), Cluster: map[string]string{}}
}

func loadState(file string) (*state, error) {
	st := newState()
	if file == "" {
		return st, nil
	}
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return st, nil
	}
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	if err := json.Unmarshal(raw, st); err != nil {
		return nil, fmt.Errorf("state %s: %w; remove the file to start with an empty cluster", file, err)
	}
	return st, nil
}

// changed stores the state and tells the watchers. The caller holds the lock.
func (s *Sim) changed() error {
	if err := s.save(); err != nil {
		return fail("%v", err)
	}
	s.publish()
	return nil
}

// save replaces the state file in one step, so that a reader or a restart sees
// either the old or the new state whenever the process dies.
func (s *Sim) save() error {
	if s.opt.StateFile == "" {
		return nil
	}
	raw, err := json.MarshalIndent(s.st, "", " ")
	if err != nil {
		return fmt.Errorf("state: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(s.opt.StateFile), 0o750); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	next := s.opt.StateFile + ".new"
	if err := os.WriteFile(next, raw, 0o600); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	if err := os.Rename(next, s.opt.StateFile); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	return nil
}

// recover does what is left of a node after a power cut: tasks of the earlier
// life have failed, half-made VMs are cleaned up, locks are gone.
func (s *Sim) recover() {
	for _, t := range s.st.Tasks {
		if t.running() {
			t.Exit, t.Ended = "unexpected status", s.opt.Clock()
			t.Log = append(t.Log, "TASK ERROR: interrupted, the simulator was restarted")
		}
	}
	for _, m := range s.st.VMs {
		if m.Lock == lockCreate || m.Lock == lockClone {
			s.destroyVM(m)
			continue
		}
		m.Lock = ""
	}
}
