package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/engine"
)

func newCancelCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cancel",
		Short: "Release the lock that a killed run has left on a stack",
		Long: "Release the lock that a killed run has left on a stack. Never do this while the run is alive; one that is alive on\n" +
			"this machine keeps its lock, where the state is a folder.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStack(cmd.Context(), func(s *engine.Stack) error {
				ended, err := s.Unlock(cmd.Context())
				if ended != "" {
					fmt.Fprintln(a.out, ended)
				}
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(a.out, "stack %s is not locked any more\n", s.Name())
				return err
			})
		},
	}
	a.forStack(cmd)
	return cmd
}
