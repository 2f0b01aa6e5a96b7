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

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/stacks"
	"github.com/streamforge/infrastructure/tests/bench/critical"
)

// runs is how often the platform is deployed from nothing: a single run varies by a tenth.
const runs = 3

// deployed compares a deployment from nothing with the longest chain of resources that had to wait for
// each other: no machine, however fast at all the rest, could have been quicker.
var deployed = figure{
	name: "up", what: "wall time of `up` of the whole platform from nothing, in the sandbox",
	against: "the critical path of the same run: the longest chain of operations that wait for each other", target: 1.3,
	measure: func(ctx context.Context, b *bench) (samples, error) {
		out := samples{Unit: "s"}
		var all []deployment
		for i := range runs {
			if i > 0 {
				if err := b.stop(); err != nil {
					return out, err
				}
			}
			s, err := b.site(ctx)
			if err != nil {
				return out, err
			}
			all = append(all, s.deployment)
			out.Ours = append(out.Ours, s.deployment.took.Seconds())
			out.Against = append(out.Against, s.deployment.held().Seconds())
		}
		d := middle(all, func(d deployment) float64 { return d.took.Seconds() / d.held().Seconds() })
		picture := filepath.Join(b.root, "docs", "pictures", "critical-path.svg")
		if err := os.WriteFile(picture, critical.Draw(d.path, d.took), 0o644); err != nil {
			return out, err
		}
		out.Notes = []string{
			fmt.Sprintf("%d operations; %d of them hold the chain, drawn in [critical-path.svg](pictures/critical-path.svg); "+
				"this and what follows is of the run in the middle.", d.operations, len(d.path)),
			"The run's time includes the start of the engine, of the providers and of the program, which the chain does not.",
			d.effort(),
		}
		for _, step := range critical.Longest(d.path, 5) {
			out.Notes = append(out.Notes, fmt.Sprintf("- %.1f s: %s", step.Took().Seconds(), step.Label()))
		}
		return out, nil
	},
}

// deployment is the run that filled the site.
type deployment struct {
	took       time.Duration
	workers    []worker
	operations int
	path       []critical.Step
	state      apitype.DeploymentV3
}

// held is how long the chain held the run.
func (d *deployment) held() time.Duration { return critical.Length(d.path) }

// deploy runs the program in this process, as streamforge does, to see the engine's events.
func (s *site) deploy(ctx context.Context) error {
	stack, err := s.engine(ctx, stacks.Deploy)
	if err != nil {
		return err
	}
	d := &s.deployment
	var events critical.Events
	start := time.Now()
	var sum engine.Summary
	d.workers, err = workers(func() (err error) {
		sum, err = stack.Up(ctx, engine.Options{Observe: events.Observe})
		d.took = time.Since(start)
		return err
	})
	if err == nil && sum.Result != "succeeded" {
		err = errors.New("up: " + sum.Result)
	}
	if err != nil {
		return err
	}
	d.state, _, err = stack.State(ctx)
	d.operations, d.path = events.Operations(), critical.Path(events.Steps(), d.state)
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
