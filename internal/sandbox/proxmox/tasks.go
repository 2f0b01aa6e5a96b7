package proxmox

import (
	"fmt"
	"time"
)

// task is one worker of a node, addressed by its UPID.
type task struct {
	UPID    string    `json:"upid"`
	Node    string    `json:"node"`
	PID     int       `json:"pid"`
	Type    string    `json:"type"` // PVE's worker type, e.g. "qmcreate"
	ID      string    `json:"id"`   // what it works on, usually a VM id
	User    string    `json:"user"`
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended,omitzero"`
	Exit    string    `json:"exit,omitempty"` // "OK" or why it failed; empty while it runs
	Log     []string  `json:"log,omitempty"`

	undo func()        // cleans up when the task does not succeed, may be nil
	quit chan struct{} // closed when a client stops the task
}

func (t *task) running() bool { return t.Exit == "" }

const keptTasks = 200 // finished tasks remembered, the oldest go first

// job is what a task does to the cluster at its end.
type job struct {
	node, kind, id string
	do             func() error // runs with the lock held
	undo           func()       // cleans up when the task fails, may be nil
}

// start launches a task and returns its UPID. Validation belongs before it: from
// here on errors are told by the task's exit status only.
func (c *call) start(j job) (string, error) { //nolint:unparam // most handlers end with it
	s := c.Sim
	s.st.Processes++
	now := s.opt.Clock()
	t := &task{Node: j.node, PID: 1000 + s.st.Processes, Type: j.kind, ID: j.id, User: s.tokenID(),
		Started: now, undo: j.undo, quit: make(chan struct{})}
	t.UPID = fmt.Sprintf("UPID:%s:%08X:%08X:%08X:%s:%s:%s:",
		t.Node, t.PID, s.st.Processes*100, now.Unix(), t.Type, t.ID, t.User)
	s.st.Tasks = append(s.st.Tasks, t)
	if over := len(s.st.Tasks) - keptTasks; over > 0 {
		s.st.Tasks = s.st.Tasks[over:]
	}
	delay, failure := s.opt.TaskTime, error(nil)
	if f := c.task; f != nil {
		s.faults.count(f)
		delay += time.Duration(f.Delay)
		if f.Kind == TaskFails {
			failure = fail("%s", f.text())
		}
	}
	s.work.Add(1)
	go func() {
		defer s.work.Done()
		if s.pause(delay, t.quit) {
			s.finish(t, j.do, failure)
		}
	}()
	return t.UPID, nil
}

// pause waits and reports whether the task is still wanted afterwards.
func (s *Sim) pause(d time.Duration, quit <-chan struct{}) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-quit:
	case <-s.halt:
	}
	return false
}

// finish carries the task out and records how it ended.
func (s *Sim) finish(t *task, do func() error, failure error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || !t.running() {
		return // a power cut, or stopped by a client
	}
	if failure == nil {
		failure = do()
	}
	t.Ended, t.Exit = s.opt.Clock(), "OK"
	if failure != nil {
		s.giveUp(t, failure)
	} else {
		t.Log = append(t.Log, "TASK OK")
	}
	if err := s.changed(); err != nil {
		t.Exit = err.Error()
		s.opt.Logger.Error("task result not stored", "task", t.UPID, "error", err)
	}
}

func (s *Sim) giveUp(t *task, failure error) {
	t.Exit = because(failure)
	t.Log = append(t.Log, "TASK ERROR: "+t.Exit)
	if t.undo != nil {
		t.undo()
	}
}
