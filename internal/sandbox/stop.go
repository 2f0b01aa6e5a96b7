package sandbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/streamforge/infrastructure/internal/process"
)

// Bounds of an orderly end. The supervisor itself bounds each process, see process.Spec.
const (
	supervisorStop = 60 * time.Second
	leftoverStop   = 5 * time.Second
)

// Stop ends every process of the sandbox and returns when they are gone; the state stays.
// It may be called in any state; if another start or stop is under way it waits for that one.
func (s *Sandbox) Stop(ctx context.Context) error {
	unlock, err := s.lock(ctx, nil)
	if err != nil {
		return err
	}
	defer unlock()
	if err := s.endNow(); err != nil {
		return fmt.Errorf("sandbox stop: %w", err)
	}
	return nil
}

// endNow ends what is recorded at this moment.
func (s *Sandbox) endNow() error {
	rec, err := s.loadRecord()
	if err != nil {
		return err
	}
	return s.end(rec)
}

// end asks the supervisor to end, then ends what outlived it. A process counts only if pid,
// start time and boot are those of the record: the pid may be a stranger's by now.
func (s *Sandbox) end(rec *record) error {
	if rec == nil {
		return nil
	}
	errs := []error{rec.Supervisor.End(supervisorStop)}
	// A supervisor that was starting has recorded more since.
	if now, err := s.loadRecord(); err == nil && now != nil {
		rec = now
	}
	for _, p := range slices.Backward(rec.Parts) {
		if p.Process != (process.ID{}) {
			errs = append(errs, p.Process.End(leftoverStop))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return s.removeRecord()
}
