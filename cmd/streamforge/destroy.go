package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/engine"
)

func newDestroyCmd(a *app) *cobra.Command {
	o := &operation{app: a}
	cmd := &cobra.Command{
		Use:   "destroy",
		Short: "Delete every resource of a stack",
		Long:  "Delete every resource of a stack. Protected resources, such as machines, stop it before anything is deleted.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("stack") {
				return usageError{fmt.Errorf("destroy: say which stack, for example -s %s", sandboxStack)}
			}
			if err := o.canAsk("destroy"); err != nil {
				return err
			}
			return a.withStack(cmd.Context(), func(s *engine.Stack) error { return o.destroy(cmd.Context(), s) })
		},
	}
	a.forStack(cmd)
	o.yesFlag(cmd)
	return cmd
}

func (o *operation) destroy(ctx context.Context, s *engine.Stack) error {
	state, _, err := o.settled(ctx, s)
	if err != nil {
		return err
	}
	n := engine.CountResources(state)
	cutOffIn, _ := engine.Unfinished(state) // what failed is in the state, and is deleted as it is
	open := undecided(cutOffIn, nil)
	if n == 0 && open == "" {
		fmt.Fprintf(o.out, "stack %s has no resources\n", s.Name())
		return nil
	}
	if !o.yes {
		question := fmt.Sprintf("delete all %d resources of stack %s for good?", n, s.Name())
		if open != "" {
			question = open + "; what of it cannot be looked up stays.\n" + question
		}
		if err := o.confirm(ctx, "destroy of "+s.Name(), question); err != nil {
			return err
		}
	}
	if err := o.takeStock(ctx, s, open); err != nil {
		return fmt.Errorf("destroy of %s: nothing was deleted; `pulumi destroy -s %[1]s` goes by the state alone: %w", s.Name(), err)
	}
	_, err = o.run(ctx, s.Destroy, false)
	return err
}
