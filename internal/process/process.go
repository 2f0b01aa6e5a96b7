package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"time"
)

const tailLines = 12 // enough to hold the reason of a control plane process's death

// Process is a running child.
type Process struct {
	Spec      Spec
	ID        ID
	StartedAt time.Time

	cmd      *exec.Cmd
	stopping atomic.Bool
	done     chan struct{} // closed once the process is gone
	exit     *Exit         // valid after done, nil when the end was asked for
}

// start forks the child. It must run on the group's own thread, see Group.
func start(spec Spec) (*Process, error) {
	log, err := OpenLog(spec.LogFile)
	if err != nil {
		return nil, fmt.Errorf("%s: log file: %w", spec.Name, err)
	}
	defer log.Close()
	cmd := exec.Command(spec.Path, spec.Args...)
	cmd.Env, cmd.Dir = spec.Env, spec.Dir
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = childAttr()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", spec.Name, err)
	}
	p := &Process{Spec: spec, StartedAt: time.Now(), cmd: cmd, done: make(chan struct{})}
	p.ID, err = Identify(cmd.Process.Pid)
	go p.reap()
	if err != nil { // it is gone already; WaitReady tells why
		p.ID = ID{PID: cmd.Process.Pid}
	}
	return p, nil
}

func (p *Process) reap() {
	err := p.cmd.Wait()
	if !p.stopping.Load() {
		status := "exit status 0"
		if err != nil {
			status = err.Error()
		}
		tail, readErr := Tail(p.Spec.LogFile, tailLines)
		if readErr != nil {
			tail = []string{"log is unreadable: " + readErr.Error()}
		}
		p.exit = &Exit{Name: p.Spec.Name, Status: status, After: time.Since(p.StartedAt),
			LogFile: p.Spec.LogFile, Tail: tail}
	}
	close(p.done)
}

// Done is closed once the process is gone.
func (p *Process) Done() <-chan struct{} { return p.done }

// Crash is the end of the process, nil while it runs and after an end that Stop asked for.
func (p *Process) Crash() *Exit {
	select {
	case <-p.done:
		return p.exit
	default:
		return nil
	}
}

// WaitReady returns once the process answers. It fails with an [*Exit] if the process
// dies first, and with the last answer and the end of the log if the time runs out.
func (p *Process) WaitReady(ctx context.Context) error {
	if p.Spec.Ready == nil {
		return nil
	}
	limit := p.Spec.readyWithin()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	var last error
	for {
		if err := p.Spec.Ready(ctx); err == nil {
			return nil
		} else if ctx.Err() == nil {
			last = err
		}
		select {
		case <-p.done:
			if p.exit != nil {
				return p.exit
			}
			return fmt.Errorf("%s: stopped while starting", p.Spec.Name)
		case <-ctx.Done():
			if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return ctx.Err()
			}
			tail, _ := Tail(p.Spec.LogFile, tailLines) // best effort: the error below stands without it
			return (&notReady{name: p.Spec.Name, limit: limit, last: last, log: p.Spec.LogFile, tail: tail}).err()
		case <-tick.C:
		}
	}
}

type notReady struct {
	name  string
	limit time.Duration
	last  error
	log   string
	tail  []string
}

func (n *notReady) err() error {
	text := ""
	for _, l := range n.tail {
		text += "\n    " + l
	}
	return fmt.Errorf("%s: not ready within %s: %w; end of %s:%s", n.name, n.limit, n.last, n.log, text)
}

// Stop ends the process: SIGTERM, then SIGKILL once Spec.StopWithin has passed. It
// returns when the process is gone.
func (p *Process) Stop() error {
	p.stopping.Store(true)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("%s: SIGTERM: %w", p.Spec.Name, err)
	}
	limit := time.NewTimer(p.Spec.stopWithin())
	defer limit.Stop()
	select {
	case <-p.done:
		return nil
	case <-limit.C:
	}
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("%s: SIGKILL: %w", p.Spec.Name, err)
	}
	<-p.done
	return nil
}
