package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/tests/bench/replay"
)

// previewed is what the program costs on top of the engine and the providers.
var previewed = figure{
	name: "preview", what: "wall time of `streamforge preview` on the whole platform, unchanged, in the sandbox",
	against: "the engine's floor: the same resources of the same providers registered as literals, without edges", target: 1.5, limit: 10,
	measure: func(ctx context.Context, b *bench) (samples, error) {
		s, err := b.site(ctx)
		if err != nil {
			return samples{}, err
		}
		recorded, err := s.engine(ctx, nil)
		if err != nil {
			return samples{}, err
		}
		state, _, err := recorded.State(ctx)
		if err != nil {
			return samples{}, err
		}
		floor, err := s.engine(ctx, replay.Program(state))
		if err != nil {
			return samples{}, err
		}
		result, err := pairs(5,
			func() (float64, error) {
				return s.streamforge(ctx, "preview", "-q", "-s", "sandbox", "--expect-no-changes")
			},
			func() (float64, error) {
				start := time.Now()
				_, err := floor.Preview(ctx, engine.Options{ExpectNoChanges: true})
				return time.Since(start).Seconds(), err
			})
		result.Notes = []string{fmt.Sprintf("%d resources. The floor runs on the same state and must find no change either.", len(state.Resources))}
		return result, err
	},
}

// engine opens the site's stack with another program.
func (s *site) engine(ctx context.Context, program pulumi.RunFunc) (*engine.Stack, error) {
	return engine.Open(ctx, engine.Project{
		Dir: s.sb.Project(), Stack: "sandbox", Bin: filepath.Join(s.root, "bin"), Env: s.sb.Env(),
		Private: true, LogDir: filepath.Join(s.sb.Dir(), "logs"),
	}, program)
}
