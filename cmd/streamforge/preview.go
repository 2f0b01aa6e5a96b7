package main

import (
	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/engine"
)

func newPreviewCmd(a *app) *cobra.Command {
	o := &operation{app: a}
	cmd := &cobra.Command{
		Use:   "preview",
		Short: "Show what `up` would change",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStack(cmd.Context(), func(s *engine.Stack) error {
				_, err := o.run(cmd.Context(), s.Preview, true)
				return err
			})
		},
	}
	a.forStack(cmd)
	o.chartsFlag(cmd)
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print the summary as JSON")
	cmd.Flags().BoolVar(&o.noChanges, "expect-no-changes", false, "exit with 4 if there are changes")
	return cmd
}
