package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/atomicfile"
	"github.com/streamforge/infrastructure/internal/drift"
	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/report"
)

// driftRun holds the flags of the audit.
type driftRun struct {
	operation
	forms
	ignores, baseline, prometheus, kubeconfig string
	noRefresh                                 bool
}

func newDriftCmd(a *app) *cobra.Command {
	d := &driftRun{operation: operation{app: a}}
	cmd := &cobra.Command{
		Use:   "drift",
		Short: "Find what people have changed by hand, and what nobody manages",
		Long: "Compare a stack with the world, down to the objects of Helm releases, single fields, and things that nobody " +
			"manages. Nothing is changed, neither in the state nor in the world. Writes drift-report.json. " +
			"Exit codes: 0 in sync, 1 drift, 2 the audit failed or could not look at everything and found nothing. See docs/drift.md.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := d.audit(cmd.Context())
			if cmd.Context().Err() != nil { // an audit that was cancelled says nothing of the world
				return err
			}
			if err != nil {
				return verdict{err.Error(), drift.ExitError}
			}
			if r.ExitCode == drift.ExitInSync {
				return nil
			}
			return verdict{r.Headline, r.ExitCode}
		},
	}
	a.forStack(cmd)
	d.chartsFlag(cmd)
	cmd.Flags().StringVar(&d.ignores, "ignore", "drift-ignore.yaml", "file with the findings that may stand")
	cmd.Flags().StringVar(&d.baseline, "baseline", "", "report of an earlier audit: what is in it is known")
	cmd.Flags().StringVar(&d.kubeconfig, "kubeconfig", "", "look at the cluster with these rights instead of the stack's own")
	cmd.Flags().BoolVar(&d.noRefresh, "no-refresh", false, "do not run the program: look only at the cluster and at Proxmox")
	cmd.Flags().StringVar(&d.prometheus, "prometheus", "", "also write figures for Prometheus' textfile collector")
	d.formsFlags(cmd, "drift-report.json")
	return cmd
}

// audit looks at the world and writes the report.
func (d *driftRun) audit(ctx context.Context) (r report.Report, err error) {
	start := time.Now()
	a := &drift.Audit{Stack: d.stack}
	if a.Rules, err = drift.LoadRules(d.ignores); err != nil {
		return r, err
	}
	baseline, err := drift.LoadBaseline(d.baseline, d.stack)
	if err != nil {
		return r, err
	}
	if d.kubeconfig != "" {
		if a.Kubeconfig, err = os.ReadFile(d.kubeconfig); err != nil {
			return r, fmt.Errorf("kubeconfig: %w", err)
		}
	}
	var found drift.Findings
	err = d.withStack(ctx, func(s *engine.Stack) error {
		found, err = d.look(ctx, s, a)
		return err
	})
	if err != nil {
		return r, err
	}
	r = a.Conclude(found, baseline, start)
	r.Duration = time.Since(start)
	if err := d.write(d.app.out, r); err != nil {
		return r, err
	}
	fmt.Fprintf(d.app.out, "%s: %s\n", r.Verdict, r.Headline)
	return r, d.figures(r)
}

// look audits and previews a refresh at the same time.
func (d *driftRun) look(ctx context.Context, s *engine.Stack, a *drift.Audit) (drift.Findings, error) {
	state, digest, err := s.State(ctx)
	if err != nil {
		return drift.Findings{}, err
	}
	if len(state.Resources) == 0 { // all would be in sync with nothing
		return drift.Findings{}, fmt.Errorf("stack %s: there is nothing in its state; is PULUMI_BACKEND_URL the one that it was deployed with?", d.stack)
	}
	a.State = drift.NewState(state, digest)
	var wait sync.WaitGroup
	var refreshed gate.Preview
	var failure error
	if !d.noRefresh {
		wait.Add(1)
		go func() {
			defer wait.Done()
			refreshed, failure = d.refresh(ctx, s)
		}()
	}
	found, err := a.Run(ctx)
	wait.Wait()
	if err := errors.Join(err, ctx.Err()); err != nil { // an audit that was cancelled says nothing of the world
		return found, err
	}
	if failure != nil {
		found.Unchecked = append(found.Unchecked, a.Printable(fmt.Sprintf("the state's resources by a refresh: %v", failure)))
	}
	found.Items = append(found.Items, a.Refreshed(refreshed, found)...)
	if d.noRefresh {
		return found, nil
	}
	_, after, err := s.State(ctx)
	if err == nil && after != digest {
		found.Warnings = append(found.Warnings, "the state changed while the audit looked: somebody ran `up` or `refresh` at the same time")
	}
	return found, err
}

// refresh previews a refresh.
func (d *driftRun) refresh(ctx context.Context, s *engine.Stack) (gate.Preview, error) {
	var collector *gate.Collector
	err := anyProviders(ctx, func(program bool) error {
		collector = gate.NewCollector() // what the first has seen before it failed is not seen twice
		return d.observe(ctx, func(ctx context.Context, o engine.Options) (engine.Summary, error) {
			o.RunProgram = program
			return s.RefreshPreview(ctx, o)
		}, collector)
	})
	if err != nil {
		return gate.Preview{}, err
	}
	return collector.Preview(), nil
}

// figures writes the file for Prometheus at one stroke, as its collector may read at any time.
func (d *driftRun) figures(r report.Report) error {
	if d.prometheus == "" {
		return nil
	}
	var b bytes.Buffer
	if err := drift.WritePrometheus(&b, r); err != nil {
		return err
	}
	if err := atomicfile.Write(d.prometheus, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("figures: %w", err)
	}
	return nil
}
