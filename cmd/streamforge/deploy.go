package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"github.com/streamforge/infrastructure/internal/drift"
	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/salvage"
	"github.com/streamforge/infrastructure/internal/stackfile"
	"github.com/streamforge/infrastructure/stacks/config"
)

// deploy runs `up` so that what an earlier run has left unfinished does not stand in its way, see
// docs/howto-recover.md.
func (o *operation) deploy(ctx context.Context, s *engine.Stack) (engine.Summary, error) {
	state, digest, err := o.settled(ctx, s)
	if err != nil {
		return engine.Summary{}, err
	}
	if err := strangers(ctx, s, drift.NewState(state, digest)); err != nil {
		return engine.Summary{}, err
	}
	if err := o.takeStock(ctx, s, undecided(engine.Unfinished(state))); err != nil {
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

// settled reads the state when what killed runs have left behind is ended: it may still write it.
func (o *operation) settled(ctx context.Context, s *engine.Stack) (state apitype.DeploymentV3, digest string, err error) {
	if text := s.EndOrphans(); text != "" {
		fmt.Fprintln(o.progressTo(), text)
	}
	return s.State(ctx)
}

// undecided says what an earlier run has left so, nothing where that is nothing.
func undecided(cutOffIn, failed []string) string {
	var parts []string
	if len(cutOffIn) > 0 {
		parts = append(parts, "an earlier run was cut off while "+strings.Join(cutOffIn, ", "))
	}
	if len(failed) > 0 {
		parts = append(parts, "an earlier run did not end well with "+strings.Join(failed, ", "))
	}
	return strings.Join(parts, "; ")
}

// takeStock compares the state with the world where something is undecided: the state may lack what was made
// when a run was cut off, or have only half of it.
func (o *operation) takeStock(ctx context.Context, s *engine.Stack, open string) error {
	if open == "" {
		return nil
	}
	fmt.Fprintf(o.progressTo(), "%s: first looking what became of it\n", open)
	opts := o.options(o.progressTo())
	opts.ClearPending = true
	remove, err := o.overrideCharts(&opts)
	if err != nil {
		return err
	}
	defer remove()
	return anyProviders(ctx, func(program bool) error {
		opts.RunProgram = program
		sum, err := s.Refresh(ctx, opts)
		if err != nil && sum.Log != "" && !o.verbose {
			fmt.Fprintf(o.app.err, "full output: %s\n", sum.Log)
		}
		return err
	})
}

// anyProviders does a refresh that runs the program first, so that providers are those of the configuration as it is
// now. When something that a provider depends on is gone, the engine cannot do that ("unknown provider"): then the
// providers are those of the state. The error is that of the first.
func anyProviders(ctx context.Context, refresh func(program bool) error) error {
	failure := refresh(true)
	if failure == nil || ctx.Err() != nil {
		return failure
	}
	if err := refresh(false); err == nil || ctx.Err() != nil {
		return err
	}
	return failure
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
