package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/streamforge/infrastructure/internal/process"
)

// supervisor owns the processes and servers of one run.
type supervisor struct {
	*Sandbox
	set   settings
	ports ports
	group *process.Group
	log   *slog.Logger
	tell  announcer

	mu  sync.Mutex
	rec record
	bad error // why the record could not be written, told once
}

// Serve is the supervisor: it starts every part of a sandbox that Start has prepared, watches
// over them until ctx ends or the process is told to end, and then stops them in order. The
// death of a part is recorded, and does not end the others.
func (s *Sandbox) Serve(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	tell := newAnnouncer()
	defer tell.close()
	err := s.serve(ctx, tell)
	if err != nil {
		tell.send(message{Error: err.Error()})
	}
	return err
}

func (s *Sandbox) serve(ctx context.Context, tell announcer) error {
	if rec, err := s.loadRecord(); err != nil {
		return err
	} else if rec != nil && rec.Supervisor.Alive() {
		return fmt.Errorf("sandbox in %s: pid %d already serves it", s.Dir(), rec.Supervisor.PID)
	}
	set, err := s.loadSettings()
	if err != nil {
		return s.neverStarted(err)
	}
	p, err := s.loadPorts()
	if err != nil {
		return s.neverStarted(err)
	}
	self, err := process.Identify(os.Getpid())
	if err != nil {
		return err
	}
	v := &supervisor{Sandbox: s, set: set, ports: p, group: process.NewGroup(), tell: tell,
		log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
		rec: record{State: Starting, Supervisor: self, StartedAt: time.Now()}}
	ctrllog.SetLogger(logr.FromSlogHandler(v.log.Handler())) // of the controllers; it can be set once only
	return v.run(ctx)
}

// run brings everything up, waits, and takes everything down whatever happened.
func (v *supervisor) run(ctx context.Context) (err error) {
	v.change(func(r *record) {})
	hosted, cancel := context.WithCancel(context.WithoutCancel(ctx)) // ends after the order to stop, not with it
	var inside sync.WaitGroup
	defer func() {
		v.change(func(r *record) { r.State = Stopping })
		cancel()
		inside.Wait()
		err = errors.Join(err, v.group.Stop(), v.removeRecord())
		v.group.Close()
		v.log.Info("stopped")
	}()
	if err := v.bringUp(ctx, hosted, &inside); err != nil {
		v.log.Error("start", "error", err)
		return err
	}
	v.change(func(r *record) {
		if r.State == Starting { // a part may have died already
			r.State = Running
		}
	})
	v.tell.send(message{Ready: true})
	v.tell.close()
	v.watch(ctx)
	return nil
}

// watch returns when ctx ends or when the record is no longer ours: the folder was removed
// or given to another, and nobody could find this supervisor any more.
func (v *supervisor) watch(ctx context.Context) {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			v.log.Info("told to stop")
			return
		case <-tick.C:
		}
		if rec, err := v.loadRecord(); err == nil && (rec == nil || rec.Supervisor != v.rec.Supervisor) {
			v.log.Warn("run.json is gone: stopping")
			return
		}
	}
}

// change edits the record and writes it.
func (v *supervisor) change(edit func(*record)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	edit(&v.rec)
	err := writeJSON(v.recordFile(), v.rec)
	if err != nil && v.bad == nil {
		v.log.Error("record", "error", err)
	}
	v.bad = err
}

// fail records that a part has died.
func (v *supervisor) fail(name, why string) {
	v.log.Error("part died", "part", name, "why", why)
	v.change(func(r *record) {
		for i := range r.Parts {
			if r.Parts[i].Name == name {
				r.Parts[i].Failure = why
			}
		}
		if r.State == Running || r.State == Starting {
			r.State = Degraded
		}
	})
}
