// Command bench measures what can be measured on one machine as a ratio in one run, keeps the raw
// figures in docs/benchmarks.json, and writes docs/benchmarks.md from them. Run it by `make bench`;
// -run chooses figures, the others stay as they were;
// when it chooses none, only the page is written.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"time"

	"github.com/streamforge/infrastructure/internal/process"
)

func main() {
	which := flag.String("run", ".", "measure the figures whose names match this expression")
	net := flag.Int("net", 74, "the sandbox gets the addresses 127.53.NET.*")
	flag.Parse()
	process.CollectLess() // the program runs in here, as in streamforge
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *which, *net); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// figure is one line of the table. Each stands in a file of its own and is listed here.
type figure struct {
	name    string
	what    string  // is measured
	against string  // what it is compared with
	target  float64 // ratio, at most
	limit   float64 // of what is measured, in its unit, whatever it is compared with; 0 for none
	why     string  // a target that is known to be missed is
	measure func(context.Context, *bench) (samples, error)
}

var figures = []figure{build, vetted, previewed, asYAML,
	because(deployed, "on two processors the processor time of all that takes part sets the pace, not the chain: see "+
		"[decision 7](decisions/0007-edited-engine.md)"), gated, audited, machinesPreviewed,
	grown("preview", "a preview where there is nothing"), grown("up", "`up` from nothing"),
	grown("unchanged", "an unchanged preview"), grown("refresh", "a refresh")}

// samples are raw values of one figure; those at the same position were taken one after the other.
type samples struct {
	Unit    string    `json:"unit"`
	Ours    []float64 `json:"ours"`
	Against []float64 `json:"against"`
	Notes   []string  `json:"notes,omitempty"` // whole sentences
	Series  []curve   `json:"series,omitempty"`
}

// bench is what figures share.
type bench struct {
	root string // of the repository
	dir  string // for this run alone
	net  int
	made *site

	curves   []curve            // of machines
	previews map[string][]point // of the most machines, by tool
}

// missed is whether a measured value is above what is aimed at.
func (f figure) missed(r record) bool {
	return r.ratio() > f.target || f.limit > 0 && median(r.Ours) > f.limit
}

// because says why a figure misses its target.
func because(f figure, why string) figure {
	f.why = why
	return f
}

func run(ctx context.Context, which string, net int) (err error) {
	wanted, err := regexp.Compile("^(" + which + ")")
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	b := &bench{net: net}
	if b.root, err = filepath.Abs("."); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.stop(), os.RemoveAll(b.dir)) }()
	kept, err := load(b.root)
	if err != nil {
		return err
	}
	for _, f := range figures {
		if !wanted.MatchString(f.name) {
			continue
		}
		fmt.Printf("%s: %s, against %s\n", f.name, f.what, f.against)
		s, err := f.measure(ctx, b)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		kept[f.name] = record{samples: s, Made: time.Now().UTC().Truncate(time.Second), Machine: machine(), Load: load1()}
		fmt.Printf("  ratio %.2f, target at most %.2f\n", kept[f.name].ratio(), f.target)
		if err := save(b.root, kept); err != nil { // what was measured is not lost with what comes after
			return err
		}
	}
	return save(b.root, kept)
}
