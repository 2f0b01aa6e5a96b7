package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/charts"
	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/pins"
	"github.com/streamforge/infrastructure/internal/report"
	"github.com/streamforge/infrastructure/internal/stackfile"
)

// gateRun holds the flags of the gate.
type gateRun struct {
	operation
	forms
	approvals string
	offline   offline
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
			if err != nil && cmd.Context().Err() != nil {
				return err
			}
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
	g.offline.flags(cmd)
	g.formsFlags(cmd, "gate-report.json")
	return cmd
}

// judge previews the stack, or runs its program on mocks, and writes the report.
func (g *gateRun) judge(ctx context.Context) (report.Report, error) {
	if err := g.offline.check(); err != nil {
		return report.Report{}, err
	}
	look := g.preview
	if g.offline.on {
		look = g.plan
	}
	r, err := look(ctx)
	if err != nil {
		return r, err
	}
	if err := g.write(g.app.out, r); err != nil {
		return r, err
	}
	fmt.Fprintf(g.app.out, "%s: %s\n", r.Verdict, r.Headline)
	return r, nil
}

// preview judges what `up` would do now.
func (g *gateRun) preview(ctx context.Context) (report.Report, error) {
	start := time.Now()
	approvals, err := gate.LoadApprovals(g.approvals, start)
	if err != nil {
		return report.Report{}, err
	}
	domain, err := g.domain()
	if err != nil {
		return report.Report{}, err
	}
	collector := gate.NewCollector()
	var failure error
	err = g.withStack(ctx, func(s *engine.Stack) error {
		failure = g.observe(ctx, s.Preview, collector)
		if ctx.Err() != nil { // a preview that was cancelled says nothing about the change
			return failure
		}
		return nil
	})
	if err != nil {
		return report.Report{}, err
	}
	p := collector.Preview()
	if failure != nil {
		p.Ended = false
		p.Errors = append(p.Errors, failure.Error())
	}
	releases := gate.Releases{Kubernetes: pins.Kubernetes, Render: charts.Render}
	var broken []report.Item
	if p.Ended { // of half a preview, nothing can be promised
		broken = gate.Broken(p, domain)
	}
	r := gate.Judge{Stack: g.stack, Approvals: approvals, Now: start, Nested: releases.Differences}.Report(p, broken)
	r.Duration = time.Since(start)
	return r, nil
}

// domain is the one of the stack's configuration.
func (g *gateRun) domain() (string, error) {
	root, err := repoRoot()
	if err != nil {
		return "", err
	}
	f, err := stackfile.Read(filepath.Join(root, "Pulumi."+g.stack+".yaml"))
	if err != nil {
		return "", err
	}
	var site struct{ Domain string }
	return site.Domain, f.Section(project+":site", &site)
}
