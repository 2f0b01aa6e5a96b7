package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/streamforge/infrastructure/internal/drift"
	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/salvage"
	"github.com/streamforge/infrastructure/internal/stackfile"
	"github.com/streamforge/infrastructure/stacks/config"
)

// deploy runs `up` so that what an earlier run has left unfinished does not stand in its way, see
// docs/howto-recover.md.
func (o *operation) deploy(ctx context.Context, s *engine.Stack) (engine.Summary, error) {
	if text := s.EndOrphans(); text != "" { // before the state is read: they may still write it
		fmt.Fprintln(o.progressTo(), text)
	}
	state, digest, err := s.State(ctx)
	if err != nil {
		return engine.Summary{}, err
	}
	if err := strangers(ctx, s, drift.NewState(state, digest)); err != nil {
		return engine.Summary{}, err
	}
	if err := o.takeStock(ctx, s, engine.Unfinished(state)); err != nil {
		return engine.Summary{}, err
	}
	// A run stops soon after its first failure, so the next may meet another release of that kind. It
	// ends: each round takes at least one record away, and none of these installations leaves a new one.
	for {
		found := &salvage.Collector{}
		watched := *o
		watched.watch = found.Observe
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
	}
}

// takeStock compares the state with the world when a run was cut off: the state may lack what was made
// at that moment, or have only half of it.
func (o *operation) takeStock(ctx context.Context, s *engine.Stack, open []string) error {
	if len(open) == 0 {
		return nil
	}
	fmt.Fprintf(o.progressTo(), "an earlier run was cut off while %s: first looking what became of it\n", strings.Join(open, ", "))
	opts := o.options(o.progressTo())
	opts.ClearPending = true
	sum, err := s.Refresh(ctx, opts)
	if err != nil && sum.Log != "" && !o.verbose {
		fmt.Fprintf(o.app.err, "full output: %s\n", sum.Log)
	}
	return err
}

// strangers refuses to deploy when a machine that is still to be made has the number of another one.
// A hypervisor that does not answer is left to the run itself, which says more about it.
func strangers(ctx context.Context, s *engine.Stack, state drift.State) error {
	file, err := stackfile.Read(s.ConfigFile())
	var c config.Compute
	if err != nil || file.Section(project+":compute", &c) != nil {
		return nil // the program tells what is wrong with it
	}
	planned := map[int]string{}
	for _, pool := range c.Pools {
		for _, n := range pool.Nodes {
			planned[n.VMID] = n.Name
		}
	}
	if planned = state.Unmade(planned); len(planned) == 0 {
		return nil
	}
	token, _, err := s.GetConfig(ctx, "proxmoxToken")
	if err != nil {
		return err
	}
	taken, err := drift.Taken(ctx, drift.Hypervisor{Endpoint: c.Endpoint, Token: token, Insecure: c.Insecure}, planned)
	if err != nil || len(taken) == 0 {
		return nil //nolint:nilerr // see above
	}
	return &engine.Problem{Kind: engine.Refused, What: "up of " + s.Name(), Why: "in Proxmox, " + strings.Join(taken, ", "),
		WayOut: "give the machine a free number in compute.pools"}
}

// salvage takes the records of releases away that a run left when it was cut off, and tells whether
// that makes another run worth it.
func (o *operation) salvage(ctx context.Context, s *engine.Stack, refused []salvage.Wanted) (again bool, err error) {
	state, digest, err := s.State(ctx)
	if err != nil {
		return false, err
	}
	told, again, err := salvage.Releases(ctx, drift.NewState(state, digest).Kubeconfig(), refused, time.Now())
	for _, line := range told {
		fmt.Fprintln(o.progressTo(), line)
	}
	return again, err
}
