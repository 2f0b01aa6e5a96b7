package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/salvage"
)

// deploy runs `up` so that what an earlier run has left unfinished does not stand in its way, see
// docs/howto-recover.md.
func (o *operation) deploy(ctx context.Context, s *engine.Stack) (engine.Summary, error) {
	if err := o.takeStock(ctx, s); err != nil {
		return engine.Summary{}, err
	}
	found := &salvage.Collector{}
	watched := *o
	watched.observe = found.Observe
	sum, err := watched.run(ctx, s.Up, false)
	if err == nil || ctx.Err() != nil || len(found.Refused()) == 0 {
		return sum, err
	}
	again, serr := o.salvage(ctx, s, found.Refused())
	if serr != nil {
		fmt.Fprintf(o.app.err, "releases in the way: %v\n", serr)
	}
	if !again {
		return sum, err
	}
	return o.run(ctx, s.Up, false)
}

// takeStock compares the state with the world when a run was killed while it was at work: then the
// state may lack what was made at that moment.
func (o *operation) takeStock(ctx context.Context, s *engine.Stack) error {
	open, err := s.Unfinished(ctx)
	if err != nil || len(open) == 0 {
		return err
	}
	fmt.Fprintf(o.progressTo(), "an earlier run was killed while %s: first looking what became of it\n", strings.Join(open, ", "))
	opts := o.options(o.progressTo())
	opts.ClearPending = true
	sum, err := s.Refresh(ctx, opts)
	if err != nil && sum.Log != "" && !o.verbose {
		fmt.Fprintf(o.app.err, "full output: %s\n", sum.Log)
	}
	return err
}

// salvage takes the records of releases away that a run left when it was cut off, and tells whether
// that makes another run worth it.
func (o *operation) salvage(ctx context.Context, s *engine.Stack, refused []salvage.Wanted) (again bool, err error) {
	state, _, err := s.State(ctx)
	if err != nil {
		return false, err
	}
	told, again, err := salvage.Releases(ctx, salvage.Kubeconfig(state), refused, time.Now())
	for _, line := range told {
		fmt.Fprintln(o.progressTo(), line)
	}
	return again, err
}
