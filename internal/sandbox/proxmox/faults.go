package proxmox

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Kind says what a fault does.
type Kind string

// Kinds of faults. Delay holds every kind's effect back.
const (
	// Unauthorized answers 401 as for a wrong token.
	Unauthorized Kind = "unauthorized"
	// InternalError answers 500 and carries nothing out. The provider repeats some
	// calls (create, config, resize, start) up to three times before it gives up.
	InternalError Kind = "internal-error"
	// GatewayError answers 599, as pveproxy does when it loses a node.
	GatewayError Kind = "599"
	// TaskFails lets the call start its task, which then ends in an error and undoes
	// what it began. Calls without a task are left alone.
	TaskFails Kind = "task-fails"
	// SlowTask makes the task of the call run for Delay longer.
	SlowTask Kind = "slow-task"
	// DropConnection cuts the connection before anything is carried out.
	DropConnection Kind = "drop-connection"
	// LostAnswer carries the call out and cuts the connection instead of answering:
	// the client cannot know that it succeeded.
	LostAnswer Kind = "lost-answer"
	// VMVanishes removes the VM (Fault.VM, else the one the request is about), its
	// disks too, behind the client's back, and then answers the request.
	VMVanishes Kind = "vm-vanishes"
)

var kinds = []Kind{Unauthorized, InternalError, GatewayError, TaskFails, SlowTask, DropConnection,
	LostAnswer, VMVanishes}

// Duration is a time.Duration written as "1.5s" in JSON.
type Duration time.Duration

// MarshalJSON writes the duration as text.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// UnmarshalJSON reads "1.5s".
func (d *Duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return errors.New(`delay: must be a string such as "2s"`)
	}
	v, err := time.ParseDuration(s)
	*d = Duration(v)
	return err
}

// Fault makes matching requests go wrong. Faults are tried in order; the first
// that matches strikes.
type Fault struct {
	// Match is "METHOD /path" with the path below /api2/json: * stands for any
	// method or one segment, ** for the rest. Empty matches every request.
	Match string `json:"match,omitempty"`
	VM    int    `json:"vm,omitempty"`    // only requests about this VM, 0 for any
	Kind  Kind   `json:"kind"`            // what happens
	Count int    `json:"count,omitempty"` // how many times, 0 for always
	// Delay is how long a slow task lasts, or by how much another kind comes late.
	Delay   Duration `json:"delay,omitempty"`
	Message string   `json:"message,omitempty"` // error text instead of the usual one
	Struck  int      `json:"struck"`            // how many times it has happened so far
}

func (f Fault) check() error {
	if !slices.Contains(kinds, f.Kind) {
		return fmt.Errorf("kind: must be one of %q, got %q", kinds, f.Kind)
	}
	if _, path, ok := strings.Cut(f.Match, " "); f.Match != "" && (!ok || !strings.HasPrefix(path, "/")) {
		return fmt.Errorf(`match: must be "METHOD /path", got %q`, f.Match)
	}
	if f.Count < 0 || f.Delay < 0 {
		return fmt.Errorf("count and delay: must not be negative, got %d and %s", f.Count, time.Duration(f.Delay))
	}
	return nil
}

func (f *Fault) text() string {
	if f.Message != "" {
		return f.Message
	}
	return map[Kind]string{Unauthorized: "invalid token value!", InternalError: "simulated internal error",
		GatewayError: "Too many redirections", TaskFails: "simulated task failure"}[f.Kind]
}

func (f *Fault) spent() bool { return f.Count > 0 && f.Struck >= f.Count }

func (f *Fault) forTask() bool { return f.Kind == TaskFails || f.Kind == SlowTask }

func (f *Fault) matches(method, path string, vm int) bool {
	if f.spent() || f.VM != 0 && f.Kind != VMVanishes && f.VM != vm {
		return false
	}
	if f.Match == "" {
		return true
	}
	m, pattern, _ := strings.Cut(f.Match, " ")
	return (m == "*" || strings.EqualFold(m, method)) && glob(splitPath(pattern), splitPath(path))
}

func glob(pattern, parts []string) bool {
	for i, p := range pattern {
		if p == "**" {
			return true
		}
		if i >= len(parts) || p != "*" && p != parts[i] {
			return false
		}
	}
	return len(pattern) == len(parts)
}

// faultBox holds the faults under a lock of its own, so that they can be changed
// while a request is held back.
type faultBox struct {
	mu   sync.Mutex
	list []*Fault
}

func (b *faultBox) set(list []Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.list = nil
	for _, f := range list {
		b.list = append(b.list, &f)
	}
}

func (b *faultBox) all() []Fault {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := []Fault{}
	for _, f := range b.list {
		list = append(list, *f)
	}
	return list
}

// strike returns the fault for a request, counted unless it waits for a task.
func (b *faultBox) strike(method, path string, vm int) *Fault {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.list {
		if f.matches(method, path, vm) {
			if !f.forTask() {
				f.Struck++
			}
			return f
		}
	}
	return nil
}

func (b *faultBox) count(f *Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f.Struck++
}
