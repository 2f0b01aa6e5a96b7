package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/report"
)

func newUpCmd(a *app) *cobra.Command {
	o := &operation{app: a}
	var approved, approvals string
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Deploy a stack: make the world as the program says",
		Long: "Deploy a stack. On a terminal the changes are shown first and you are asked; " +
			"elsewhere --yes is needed.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.canAsk("up"); err != nil {
				return err
			}
			if approved != "" {
				if err := o.stillApproved(cmd.Context(), approved, approvals); err != nil {
					return err
				}
			}
			return a.withStack(cmd.Context(), func(s *engine.Stack) error { return o.up(cmd.Context(), s) })
		},
	}
	a.forStack(cmd)
	o.yesFlag(cmd)
	o.chartsFlag(cmd)
	cmd.Flags().StringVar(&approved, "approved", "", "report of the gate: refuse if a fresh preview would do anything else")
	cmd.Flags().StringVar(&approvals, "approvals", "approvals.yaml", "file with the approved changes, for --approved")
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
	sum, err := o.deploy(ctx, s)
	if err != nil {
		return err
	}
	return engine.WritePublished(o.out, sum.Outputs)
}

// stillApproved previews anew and refuses unless that would do exactly what a report of the gate
// allows.
func (o *operation) stillApproved(ctx context.Context, file, approvals string) error {
	refuse := func(format string, args ...any) error {
		return &engine.Problem{Kind: engine.Refused, What: "up of " + o.stack, Why: fmt.Sprintf(format, args...),
			WayOut: "run `streamforge gate -s " + o.stack + "` and have the new report approved"}
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return usageError{fmt.Errorf("approved report: %w", err)}
	}
	var r report.Report
	if err := json.Unmarshal(raw, &r); err != nil || r.Schema != report.GateSchema {
		return usageError{fmt.Errorf("approved report %s: not a report of the gate (%s)", file, report.GateSchema)}
	}
	if r.Stack != o.stack {
		return refuse("the report is about %s", r.Stack)
	}
	if r.Offline {
		return refuse("the report was made offline, without looking at the world")
	}
	if r.ExitCode > gate.ExitAllowed {
		return refuse("the report says %s: %s", r.Verdict, r.Headline)
	}
	g := &gateRun{operation: *o, approvals: approvals}
	fresh, err := g.preview(ctx)
	if err != nil {
		return err
	}
	if fresh.ExitCode > gate.ExitAllowed {
		return refuse("a fresh preview says %s: %s", fresh.Verdict, fresh.Headline)
	}
	if fresh.Fingerprint != r.Fingerprint {
		return refuse("a fresh preview would do something else than what was approved (fingerprint %.16s, approved %.16s)",
			fresh.Fingerprint, r.Fingerprint)
	}
	return nil
}
