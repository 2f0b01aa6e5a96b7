package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/engine"
)

func newRefreshCmd(a *app) *cobra.Command {
	o := &operation{app: a}
	var accept, clear bool
	cmd := &cobra.Command{
		Use:   "refresh",
		Short: "Find what others have changed in the world",
		Long: "Compare the state with the world and list what others have changed. Only --accept takes " +
			"the differences over into the state; the next `up` then sets right what the program says otherwise.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStack(cmd.Context(), func(s *engine.Stack) error {
				do := s.RefreshPreview
				if accept || clear {
					do = s.Refresh
				}
				_, err := o.run(cmd.Context(), func(ctx context.Context, opts engine.Options) (engine.Summary, error) {
					opts.ClearPending = clear
					return do(ctx, opts)
				}, true)
				return err
			})
		},
	}
	a.forStack(cmd)
	cmd.Flags().BoolVar(&accept, "accept", false, "write what was found into the state")
	cmd.Flags().BoolVar(&clear, "clear-pending", false,
		"as --accept, and look up or forget creations that a killed run has left unfinished")
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print the summary as JSON")
	cmd.Flags().BoolVar(&o.noChanges, "expect-no-changes", false, "exit with 4 if anything differs")
	return cmd
}
