package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/charts"
	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/pins"
	"github.com/streamforge/infrastructure/internal/report"
)

// gateRun holds the flags of the gate.
type gateRun struct {
	operation
	approvals string
	file      string
}

// verdict ends the process with the exit code of a report that was written.
type verdict struct {
	headline string
	code     int
}

func (v verdict) Error() string { return v.headline }

func newGateCmd(a *app) *cobra.Command {
	g := &gateRun{operation: operation{app: a}}
	cmd := &cobra.Command{
		Use:   "gate",
		Short: "Judge what `up` would change: allowed, needs approval, or denied",
		Long: "Preview a stack and judge every change by what it can cost. Writes gate-report.json. " +
			"Exit codes: 0 nothing would change, 10 only allowed changes, 20 some need approval, 30 some are denied, " +
			"40 the preview failed, 50 the gate itself failed. See docs/gate.md.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := g.judge(cmd.Context())
			if err != nil {
				return verdict{err.Error(), gate.ExitGateFailed}
			}
			if r.ExitCode == gate.ExitNoChanges {
				return nil
			}
			return verdict{r.Headline, r.ExitCode}
		},
	}
	a.forStack(cmd)
	g.chartsFlag(cmd)
	cmd.Flags().StringVar(&g.approvals, "approvals", "approvals.yaml", "file with the approved changes")
	cmd.Flags().StringVar(&g.file, "report", "gate-report.json", "where the report is written")
	return cmd
}

// judge previews the stack and writes the report.
func (g *gateRun) judge(ctx context.Context) (report.Report, error) {
	start := time.Now()
	approvals, err := gate.LoadApprovals(g.approvals, start)
	if err != nil {
		return report.Report{}, err
	}
	collector := gate.NewCollector()
	var failure error
	err = g.withStack(ctx, func(s *engine.Stack) error {
		_, failure = g.runWith(ctx, s.Preview, collector)
		return nil
	})
	if err != nil {
		return report.Report{}, err
	}
	p := collector.Preview()
	if failure != nil {
		p.Ended = false
		if len(p.Errors) == 0 {
			p.Errors = append(p.Errors, failure.Error())
		}
	}
	releases := gate.Releases{Kubernetes: pins.Kubernetes, Render: charts.Render}
	r := gate.Judge{Stack: g.stack, Approvals: approvals, Now: start, Nested: releases.Differences}.Report(p, nil)
	r.Duration = time.Since(start)
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return r, err
	}
	if err := os.WriteFile(g.file, append(raw, '\n'), 0o600); err != nil {
		return r, fmt.Errorf("report: %w", err)
	}
	fmt.Fprintf(g.app.out, "%s: %s\nreport: %s\n", r.Verdict, r.Headline, g.file)
	return r, nil
}

// runWith previews quietly and lets the collector see every event.
func (g *gateRun) runWith(ctx context.Context, do engineRun, c *gate.Collector) (engine.Summary, error) {
	opts := g.options(g.app.err)
	opts.Observe = c.Observe
	remove, err := g.overrideCharts(&opts)
	if err != nil {
		return engine.Summary{}, err
	}
	defer remove()
	sum, err := do(ctx, opts)
	if err == nil && sum.Result != "succeeded" {
		err = errors.New("the preview " + sum.Result)
	}
	return sum, err
}
