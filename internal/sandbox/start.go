package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"time"

	"github.com/streamforge/infrastructure/internal/sandbox/mirror"
	"github.com/streamforge/infrastructure/internal/toolchain"
)

// Start brings the sandbox up and returns once every part answers. A running sandbox is left
// alone; one with dead parts, or whose supervisor was killed, is restarted as a whole on the
// state it had. If ctx ends first, what was started is stopped again.
func (s *Sandbox) Start(ctx context.Context, o Options) error {
	unlock, err := s.lock(ctx, o.Out)
	if err != nil {
		return err
	}
	defer unlock()
	begin := time.Now()
	rec, err := s.settled(ctx)
	if err != nil {
		return err
	}
	set, changed, err := s.wanted(ctx, o)
	if err != nil {
		return fmt.Errorf("sandbox start: %w", err)
	}
	switch rec.state() {
	case Running:
		if changed {
			say(o.Out, "sandbox is running with other settings: restarting it with the state it has")
			break
		}
		say(o.Out, "sandbox is already running since %s (pid %d)", rec.StartedAt.Format(time.DateTime), rec.Supervisor.PID)
		return nil
	case Degraded:
		for _, p := range rec.broken() {
			say(o.Out, "sandbox is degraded: %s", p.Failure)
		}
		say(o.Out, "restarting it with the state it has")
	case Crashed:
		say(o.Out, "the supervisor (pid %d) of %s is gone: cleaning up and starting anew with the state it left",
			rec.Supervisor.PID, rec.StartedAt.Format(time.DateTime))
	}
	if err := s.end(rec); err != nil {
		return err
	}
	if err := s.bringUp(ctx, o, set); err != nil {
		return fmt.Errorf("sandbox start: %w", err)
	}
	say(o.Out, "sandbox is ready after %s; kubectl --kubeconfig %s", seconds(begin), s.AdminKubeconfig())
	return nil
}

// settled returns the record once a start or stop that nobody waits for any more is over.
func (s *Sandbox) settled(ctx context.Context) (*record, error) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		rec, err := s.loadRecord()
		if err != nil {
			return nil, err
		}
		if st := rec.state(); st != Starting && st != Stopping {
			return rec, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
	}
}

// wanted are the settings to run with, and whether they differ from those of the last start.
func (s *Sandbox) wanted(ctx context.Context, o Options) (set settings, changed bool, err error) {
	last, err := s.loadSettings()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return set, false, err
	}
	if set, err = s.settle(o, last); err != nil {
		return set, false, err
	}
	err = s.identity(ctx, o, &set)
	return set, !reflect.DeepEqual(set, last), err
}

// bringUp starts a stopped sandbox.
func (s *Sandbox) bringUp(ctx context.Context, o Options, set settings) error {
	if err := errors.Join(toolchain.Check(set.BinDir, tools()...), checkSpace(s.root)); err != nil {
		return err
	}
	begin := time.Now()
	if err := s.prepare(ctx, set); err != nil {
		return err
	}
	say(o.Out, "%-24s %6s  %s", "files, keys, ports", seconds(begin), s.Dir())
	charts := make(chan written, 1) // written while the processes start
	go func() { charts <- s.writeMirror() }()
	if err := s.launch(ctx, o); err != nil {
		return errors.Join(err, (<-charts).err)
	}
	w := <-charts
	if w.err != nil {
		return errors.Join(fmt.Errorf("charts: %w", w.err), s.endNow())
	}
	say(o.Out, "%-24s %6s  %s", "chart mirror", w.took, s.path("mirror"))
	return nil
}

type written struct {
	took string
	err  error
}

func (s *Sandbox) writeMirror() written {
	begin := time.Now()
	err := mirror.Write(s.path("mirror"))
	return written{took: seconds(begin), err: err}
}

func seconds(since time.Time) string { return fmt.Sprintf("%.1fs", time.Since(since).Seconds()) }
