package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/gate"
)

// operation holds the flags that several operations share.
type operation struct {
	*app
	yes       bool
	asJSON    bool
	noChanges bool
	charts    string
	replace   []string                  // URNs, see engine.Options
	watch     func(apitype.EngineEvent) // is handed every event of a run, nil for nobody
}

// options are the engine's options for a run; progress goes to w.
func (o *operation) options(w io.Writer) engine.Options {
	opts := engine.Options{Progress: w, Verbose: o.verbose, Abort: o.abort}
	if o.quiet {
		opts.Progress = nil
	}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" && os.Getenv("CI") == "" {
		opts.Terminal = &engine.Terminal{
			Color: os.Getenv("NO_COLOR") == "",
			Size: func() (int, int) {
				columns, rows, err := term.GetSize(int(f.Fd()))
				if err != nil || columns <= 0 || rows <= 0 { // some pseudo-terminals have no size
					return 80, 24
				}
				return columns, rows
			},
		}
	}
	return opts
}

// progressTo is where progress goes: never among the JSON.
func (o *operation) progressTo() io.Writer {
	if o.asJSON {
		return o.err
	}
	return o.out
}

// engineRun is one of the operations of engine.Stack.
type engineRun func(context.Context, engine.Options) (engine.Summary, error)

// run does one operation and reports it, with the changes one by one if list is set. The report
// comes for a failed run too.
func (o *operation) run(ctx context.Context, do engineRun, list bool) (engine.Summary, error) {
	opts := o.options(o.progressTo())
	opts.ExpectNoChanges, opts.Replace, opts.Observe = o.noChanges, o.replace, o.watch
	remove, err := o.overrideCharts(&opts)
	if err != nil {
		return engine.Summary{}, err
	}
	defer remove()
	sum, err := do(ctx, opts)
	o.unanswered(err, sum)
	if rerr := o.report(sum, list); rerr != nil && err == nil {
		err = rerr
	}
	if err != nil && engine.KindOf(err) == engine.Failed && sum.Log != "" && !o.verbose {
		fmt.Fprintf(o.app.err, "full output: %s\n", sum.Log)
	}
	return sum, err
}

// unanswered leads to the doctor where a provider reached no server: what it says names the address, and what may be
// wrong there is what the doctor looks at.
func (o *operation) unanswered(err error, sum engine.Summary) {
	var p *engine.Problem
	if !errors.As(err, &p) || p.Kind != engine.Failed || p.WayOut != "" {
		return
	}
	if slices.ContainsFunc(sum.Failures, func(f engine.Failure) bool { return strings.Contains(f.Message, "dial tcp") }) {
		p.WayOut = "a server did not answer: `streamforge doctor -s " + o.stack + "` says which, and what to do"
	}
}

func (o *operation) report(sum engine.Summary, list bool) error {
	if o.asJSON {
		enc := json.NewEncoder(o.out)
		enc.SetIndent("", "  ")
		return enc.Encode(sum)
	}
	if len(sum.Layers) == 0 {
		return nil // it did not come as far as a resource
	}
	if list && len(sum.Changes) > 0 {
		fmt.Fprintln(o.out)
		if err := engine.WriteChanges(o.out, sum); err != nil {
			return err
		}
	}
	fmt.Fprintln(o.out)
	if err := engine.WriteTable(o.out, sum); err != nil || sum.Changed() > 0 || sum.Result != "succeeded" {
		return err
	}
	_, err := fmt.Fprintf(o.out, "\n%s: no changes\n", sum.Stack)
	return err
}

// canAsk refuses a command that would have to ask where nobody can answer.
func (o *operation) canAsk(command string) error {
	if f, ok := o.in.(*os.File); o.yes || ok && term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return usageError{fmt.Errorf("%s: there is no terminal to ask on; add --yes", command)}
}

// confirm asks a question on the terminal.
func (o *operation) confirm(ctx context.Context, command, question string) error {
	fmt.Fprintf(o.app.err, "%s [y/N] ", question)
	answer := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(o.in).ReadString('\n') // the end of the input is a no
		answer <- strings.ToLower(strings.TrimSpace(text))
	}()
	select {
	case text := <-answer:
		if text == "y" || text == "yes" {
			return nil
		}
	case <-ctx.Done():
	}
	return &engine.Problem{Kind: engine.Cancelled, What: command, Why: "not confirmed, nothing was changed"}
}

func (o *operation) chartsFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.charts, "charts", "",
		"where charts come from in this run: upstream, sandbox (its stand-ins), a folder, or an http(s):// or oci:// mirror")
	completeFlag(cmd, "charts", func() []string { return []string{"upstream", "sandbox"} })
}

func (o *operation) yesFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask")
}

// observe previews quietly and lets the collector see every event.
func (o *operation) observe(ctx context.Context, do engineRun, c *gate.Collector) error {
	opts := o.options(o.app.err)
	opts.Observe = c.Observe
	remove, err := o.overrideCharts(&opts)
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
