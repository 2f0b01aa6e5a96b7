package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
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
	approvals             string
	file                  string // of the report
	markdown, html, junit string
	link                  string // where the full report can be read, for the note
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
			if err := g.offline.check(); err != nil {
				return err
			}
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
	g.formsFlags(cmd)
	return cmd
}

// judge previews the stack, or runs its program on mocks, and writes the report.
func (g *gateRun) judge(ctx context.Context) (report.Report, error) {
	look := g.preview
	if g.offline.on {
		look = g.plan
	}
	r, err := look(ctx)
	if err != nil {
		return r, err
	}
	if err := g.write(r); err != nil {
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
		failure = g.runWith(ctx, s.Preview, collector)
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

// write writes the report in every form that was asked for.
func (g *gateRun) write(r report.Report) error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(g.file, append(raw, '\n'), 0o600); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	for _, form := range []struct {
		file  string
		write func(io.Writer, report.Report) error
	}{
		{g.markdown, func(w io.Writer, r report.Report) error { return report.WriteMarkdown(w, r, g.link) }},
		{g.html, report.WriteHTML},
		{g.junit, report.WriteJUnit},
	} {
		if form.file == "" {
			continue
		}
		var b bytes.Buffer
		if err := form.write(&b, r); err != nil {
			return fmt.Errorf("report %s: %w", form.file, err)
		}
		if err := os.WriteFile(form.file, b.Bytes(), 0o600); err != nil {
			return fmt.Errorf("report: %w", err)
		}
	}
	return nil
}

// runWith previews quietly and lets the collector see every event.
func (g *gateRun) runWith(ctx context.Context, do engineRun, c *gate.Collector) error {
	opts := g.options(g.app.err)
	opts.Observe = c.Observe
	remove, err := g.overrideCharts(&opts)
	if err != nil {
		return err
	}
	defer remove()
	sum, err := do(ctx, opts)
	if err == nil && sum.Result != "succeeded" {
		err = errors.New("the preview " + sum.Result)
	}
	return err
}

// formsFlags are the flags for the forms of the report.
func (g *gateRun) formsFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&g.markdown, "markdown", "", "also write the report as a note for a merge request, at most 60,000 bytes")
	cmd.Flags().StringVar(&g.html, "html", "", "also write the report as one HTML page")
	cmd.Flags().StringVar(&g.junit, "junit", "", "also write the report as JUnit XML")
	cmd.Flags().StringVar(&g.link, "link", "", "address of the full report, for the note")
}
