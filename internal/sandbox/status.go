package sandbox

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/streamforge/infrastructure/internal/process"
)

// Status is what runs at one moment.
type Status struct {
	State       State        `json:"state"`
	Root        string       `json:"root"`
	StartedAt   time.Time    `json:"startedAt,omitzero"`
	Parts       []PartStatus `json:"parts"`
	MemoryBytes int64        `json:"memoryBytes"` // resident, all processes together
}

// PartStatus is one process or one server inside the supervisor.
type PartStatus struct {
	Name          string `json:"name"`
	PID           int    `json:"pid,omitempty"` // 0 when it lives inside the supervisor
	State         string `json:"state"`         // starting, running or dead
	UptimeSeconds int64  `json:"uptimeSeconds"`
	Address       string `json:"address,omitempty"`
	MemoryBytes   int64  `json:"memoryBytes,omitempty"`
	Log           string `json:"log"`
	Failure       string `json:"failure,omitempty"` // why it is dead, with the end of its log
}

// Status looks at what the record names; it changes nothing. A sandbox that does not run is
// no error.
func (s *Sandbox) Status(context.Context) (Status, error) {
	rec, err := s.loadRecord()
	if err != nil {
		return Status{}, err
	}
	st := Status{State: rec.state(), Root: s.root, Parts: []PartStatus{}}
	if rec == nil {
		return st, nil
	}
	st.StartedAt = rec.StartedAt
	broken := map[string]string{}
	if st.State == Crashed {
		broken["supervisor"] = fmt.Sprintf("supervisor: pid %d is gone without having stopped anything; its log is %s",
			rec.Supervisor.PID, s.path("logs", "supervisor.log"))
	} else {
		for _, p := range rec.broken() {
			broken[p.Name] = p.Failure
		}
	}
	all := append([]part{{Name: "supervisor", Process: rec.Supervisor, StartedAt: rec.StartedAt,
		Log: s.path("logs", "supervisor.log")}}, rec.Parts...)
	alive := rec.Supervisor.Alive()
	for _, p := range all {
		ps := PartStatus{Name: p.Name, PID: p.Process.PID, State: "running", Address: p.Address, Log: p.Log, Failure: broken[p.Name]}
		if ps.Failure != "" || p.Process != (process.ID{}) && !p.Process.Alive() || p.Process == (process.ID{}) && !alive {
			ps.State = "dead"
		} else {
			if p.Starting {
				ps.State = "starting"
			}
			ps.UptimeSeconds = int64(time.Since(p.StartedAt).Seconds())
			ps.MemoryBytes = process.Memory(ps.PID)
			st.MemoryBytes += ps.MemoryBytes
		}
		st.Parts = append(st.Parts, ps)
	}
	return st, nil
}

// String is the table for people, with the failures below it.
func (st Status) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "sandbox in %s: %s\n", st.Root, st.State)
	if len(st.Parts) == 0 {
		return b.String()
	}
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nPROCESS\tPID\tSTATE\tUPTIME\tMEMORY\tADDRESS")
	for _, p := range st.Parts {
		pid, memory := "-", "-"
		if p.PID != 0 {
			pid = fmt.Sprint(p.PID)
		}
		if p.MemoryBytes != 0 {
			memory = fmt.Sprintf("%d MiB", p.MemoryBytes>>20)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", p.Name, pid, p.State,
			time.Duration(p.UptimeSeconds)*time.Second, memory, p.Address)
	}
	fmt.Fprintf(w, "total\t\t\t\t%d MiB\t\n", st.MemoryBytes>>20)
	_ = w.Flush() // likewise
	for _, p := range st.Parts {
		if p.Failure != "" {
			fmt.Fprintf(&b, "\n%s\n", p.Failure)
		}
	}
	if st.State == Degraded || st.State == Crashed {
		b.WriteString("\n`streamforge sandbox start` restarts it with the state it has\n")
	}
	return b.String()
}
