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
	n, err := s.Resources(ctx)
	if err != nil {
		return err
	}
	if n == 0 {
		fmt.Fprintf(o.out, "stack %s has no resources\n", s.Name())
		return nil
	}
	if !o.yes {
		err := o.confirm(ctx, "destroy of "+s.Name(),
			fmt.Sprintf("delete all %d resources of stack %s for good?", n, s.Name()))
		if err != nil {
			return err
		}
	}
	_, err = o.run(ctx, s.Destroy, false)
	return err
}
