package process

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// ID names one process for good: its pid may be given to another later, its pid together
// with its start time may not.
type ID struct {
	PID       int    `json:"pid"`
	StartTime uint64 `json:"startTime"` // clock ticks between boot and its start
	Boot      string `json:"boot"`      // id of that boot
}

// Alive tells whether the very process still runs. A zombie does not.
func (id ID) Alive() bool {
	now, err := Identify(id.PID)
	return err == nil && now == id
}

// Gone tells whether no process with this number executes: there is none, or it has ended and only waits to be reaped.
func Gone(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || ended(pid) }

// Signal sends sig if the very process still runs; it does nothing if it is gone.
func (id ID) Signal(sig syscall.Signal) error {
	p, err := os.FindProcess(id.PID) // holds the process (pidfd), so no other can take the pid below
	if err != nil {
		return nil // no such process
	}
	defer p.Release() //nolint:errcheck // closes the handle
	if !id.Alive() {
		return nil
	}
	if err := p.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal to pid %d: %w", id.PID, err)
	}
	return nil
}

// End asks the process to end, kills it once within has passed, and waits until it is gone.
func (id ID) End(within time.Duration) error {
	if err := id.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if id.gone(within) {
		return nil
	}
	if err := id.Signal(syscall.SIGKILL); err != nil {
		return err
	}
	if !id.gone(10 * time.Second) {
		return fmt.Errorf("pid %d: still there 10 s after SIGKILL; look at it with: ps -o pid,stat,cmd %d", id.PID, id.PID)
	}
	return nil
}

// gone waits until the process is gone, at most for limit.
func (id ID) gone(limit time.Duration) bool {
	deadline := time.Now().Add(limit)
	for id.Alive() {
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(20 * time.Millisecond) // not our child: the system offers nothing to wait on
	}
	return true
}
