package engine

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
)

// Refresh takes over into the state what others have changed in the world.
func (s *Stack) Refresh(ctx context.Context, o Options) (Summary, error) {
	return s.run(ctx, Refresh, o, func(ctx context.Context, ch chan<- events.EngineEvent) error {
		if o.ClearPending {
			if err := s.adopt(ctx); err != nil {
				return err
			}
		}
		_, err := s.stack.Refresh(ctx, s.refreshOptions(o, ch)...)
		return err
	})
}

// RefreshPreview says what others have changed and changes nothing.
func (s *Stack) RefreshPreview(ctx context.Context, o Options) (Summary, error) {
	return s.run(ctx, RefreshPreview, o, func(ctx context.Context, ch chan<- events.EngineEvent) error {
		_, err := s.stack.PreviewRefresh(ctx, s.refreshOptions(o, ch)...)
		return err
	})
}

func (s *Stack) refreshOptions(o Options, ch chan<- events.EngineEvent) []optrefresh.Option {
	opts := []optrefresh.Option{
		optrefresh.EventStreams(ch), optrefresh.ShowSecrets(false), optrefresh.ConfigFile(o.ConfigFile),
		optrefresh.Parallel(parallel),
	}
	if o.RunProgram {
		opts = append(opts, optrefresh.RunProgram(true))
	}
	return opts
}
