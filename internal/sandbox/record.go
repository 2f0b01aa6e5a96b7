package sandbox

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/streamforge/infrastructure/internal/process"
)

// State says how the sandbox as a whole is.
type State string

// The states, see the package documentation.
const (
	Stopped  State = "stopped"
	Starting State = "starting"
	Running  State = "running"
	Degraded State = "degraded" // at least one part has died
	Stopping State = "stopping"
	Crashed  State = "crashed" // the supervisor died without cleaning up
)

// record is run.json, written by the supervisor only.
type record struct {
	State      State      `json:"state"`
	Supervisor process.ID `json:"supervisor"`
	StartedAt  time.Time  `json:"startedAt"`
	Parts      []part     `json:"parts"`
}

// part is one process, or one server inside the supervisor.
type part struct {
	Name      string     `json:"name"`
	Process   process.ID `json:"process,omitzero"` // zero when it lives inside the supervisor
	Address   string     `json:"address,omitempty"`
	StartedAt time.Time  `json:"startedAt"`
	Log       string     `json:"log"`
	Failure   string     `json:"failure,omitempty"`  // why it ended, several lines
	Starting  bool       `json:"starting,omitempty"` // it does not answer yet, and nobody waits for it
}

func (s *Sandbox) recordFile() string { return s.path("run.json") }

// loadRecord returns nil when nothing was recorded: the sandbox is stopped.
func (s *Sandbox) loadRecord() (*record, error) {
	r := &record{}
	err := readJSON(s.recordFile(), r)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (s *Sandbox) removeRecord() error {
	if err := os.Remove(s.recordFile()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// state judges the record by what really runs.
func (r *record) state() State {
	switch {
	case r == nil:
		return Stopped
	case !r.Supervisor.Alive():
		return Crashed
	case r.State == Running && len(r.broken()) > 0:
		return Degraded
	}
	return r.State
}

// broken lists the parts that failed, including those whose end is not recorded yet.
func (r *record) broken() (parts []part) {
	for _, p := range r.Parts {
		if p.Failure == "" && p.Process.PID != 0 && !p.Process.Alive() {
			p.Failure = p.Name + ": is gone"
		}
		if p.Failure != "" {
			parts = append(parts, p)
		}
	}
	return parts
}
