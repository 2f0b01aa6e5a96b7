package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/engine"
)

func newUpCmd(a *app) *cobra.Command {
	o := &operation{app: a}
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Deploy a stack: make the world as the program says",
		Long: "Deploy a stack. On a terminal the changes are shown first and you are asked; " +
			"elsewhere --yes is needed.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.canAsk("up"); err != nil {
				return err
			}
			return a.withStack(cmd.Context(), func(s *engine.Stack) error { return o.up(cmd.Context(), s) })
		},
	}
	a.forStack(cmd)
	o.yesFlag(cmd)
	o.chartsFlag(cmd)
	return cmd
}

func (o *operation) up(ctx context.Context, s *engine.Stack) error {
	if !o.yes {
		sum, err := o.run(ctx, s.Preview, true)
		if err != nil {
			return err
		}
		if sum.Changed() > 0 {
			err := o.confirm(ctx, "up of "+s.Name(), fmt.Sprintf("make these %d change(s) in %s?", sum.Changed(), s.Name()))
			if err != nil {
				return err
			}
		}
	}
	sum, err := o.run(ctx, s.Up, false)
	if err != nil {
		return err
	}
	return engine.WritePublished(o.out, sum.Outputs)
}
