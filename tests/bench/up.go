package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/stacks"
	"github.com/streamforge/infrastructure/tests/bench/critical"
)

// deployed compares a deployment from nothing with the longest chain of resources that had to wait for
// each other: no machine, however fast at all the rest, could have been quicker.
var deployed = figure{
	name: "up", what: "wall time of `up` of the whole platform from nothing, in the sandbox",
	against: "the critical path of the same run: the longest chain of operations that wait for each other", target: 1.3,
	measure: func(ctx context.Context, b *bench) (samples, error) {
		s, err := b.site(ctx)
		if err != nil {
			return samples{}, err
		}
		path, err := s.deployment.path()
		if err != nil {
			return samples{}, err
		}
		picture := filepath.Join(b.root, "docs", "pictures", "critical-path.svg")
		if err := os.WriteFile(picture, critical.Draw(path, s.deployment.took), 0o644); err != nil {
			return samples{}, err
		}
		notes := []string{
			fmt.Sprintf("%d operations; %d of them hold the chain, drawn in [critical-path.svg](pictures/critical-path.svg).", s.deployment.events.Operations(), len(path)),
			"The run's time includes the start of the engine, of the providers and of the program, which the chain does not.",
			s.deployment.effort(),
		}
		for _, step := range critical.Longest(path, 5) {
			notes = append(notes, fmt.Sprintf("- %.1f s: %s", step.Took().Seconds(), step.Label()))
		}
		return samples{
			Unit: "s", Ours: []float64{s.deployment.took.Seconds()}, Against: []float64{critical.Length(path).Seconds()}, Notes: notes,
		}, nil
	},
}

// deployment is the run that filled the site.
type deployment struct {
	took    time.Duration
	workers []worker
	events  critical.Events
	stack   *engine.Stack
}

// deploy runs the program in this process, as streamforge does, to see the engine's events.
func (s *site) deploy(ctx context.Context) error {
	stack, err := s.engine(ctx, stacks.Deploy)
	if err != nil {
		return err
	}
	d := &s.deployment
	d.stack = stack
	start := time.Now()
	var sum engine.Summary
	d.workers, err = workers(func() (err error) {
		sum, err = stack.Up(ctx, engine.Options{Observe: d.events.Observe})
		d.took = time.Since(start)
		return err
	})
	if err == nil && sum.Result != "succeeded" {
		err = errors.New("up: " + sum.Result)
	}
	return err
}

// effort says who kept the processors busy: with one machine for the engine and all that it deploys into,
// they set the pace as far as their time is used up.
func (d *deployment) effort() string {
	var all time.Duration
	var most []string
	for i, w := range d.workers {
		if all += w.time; i < 6 {
			most = append(most, fmt.Sprintf("%s %.1f s", w.program, w.time.Seconds()))
		}
	}
	return fmt.Sprintf("Processor time: %.0f s, which keeps %d processors busy for %.0f s at least. Most of it: %s.",
		all.Seconds(), runtime.NumCPU(), all.Seconds()/float64(runtime.NumCPU()), strings.Join(most, ", "))
}

func (d *deployment) path() ([]critical.Step, error) {
	state, _, err := d.stack.State(context.Background())
	if err != nil {
		return nil, err
	}
	return critical.Path(d.events.Steps(), state), nil
}
