// Command chaos breaks runs of `streamforge up` in the ways real life does, fifty times by default,
// and demands that one good run afterwards puts everything right. It writes docs/faults.md.
//
// Each run starts from an empty stack and an empty cluster. Which of the chosen faults strikes, when, and
// what it strikes comes from the run's seed; `-faults` and `-seeds` together repeat a run of an earlier
// report, also where other faults are possible.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if err := chaos(); err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

func chaos() error {
	runs := flag.Int("runs", 50, "how many runs")
	seed := flag.Uint64("seed", uint64(time.Now().Unix()), "seed of the first run; the others follow it")
	seeds := flag.String("seeds", "", "repeat the runs of these seeds, parted by commas; -faults with the fault of a report's row makes it the same one")
	only := flag.String("faults", "", "only these faults, names parted by commas")
	sites := flag.Int("sites", 2, "sandboxes that work side by side")
	net := flag.Int("net", 75, "the sandboxes live in 127.53.NET.0/24 and the networks after it")
	file := flag.String("report", "docs/faults.md", "where the report is written, empty for nowhere")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	list, err := plan(*runs, *seed, *seeds)
	if err != nil {
		return err
	}
	started := time.Now()
	rig, err := newRig(ctx, ".", *sites, *net)
	if err != nil {
		return err
	}
	disk := rig.sites[0].mounted // read once: a site that is made anew takes it down for a while
	if chosen, err = possible(chosen, disk); err != nil {
		return errors.Join(err, rig.close())
	}
	write := func(outcomes []outcome) error {
		if *file == "" {
			return nil
		}
		text, err := report(outcomes, chosen, len(rig.want.urns), disk, started)
		if err != nil {
			return fmt.Errorf("report: %w", err)
		}
		return os.WriteFile(*file, text, 0o644) //nolint:gosec // a page of the documentation
	}
	outcomes, err := rig.all(ctx, list, chosen, os.Stdout, write)
	if cerr := rig.close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return verdict(outcomes)
}

// plan gives the seed of every run.
func plan(runs int, first uint64, repeat string) (list []uint64, err error) {
	if repeat == "" {
		for i := range runs {
			list = append(list, first+uint64(i)) //nolint:gosec // not negative
		}
		return list, nil
	}
	for _, s := range strings.Split(repeat, ",") {
		n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("seeds: %w", err)
		}
		list = append(list, n)
	}
	return list, nil
}

// choose picks faults by name, all of them for an empty list.
func choose(names string) ([]fault, error) {
	if names == "" {
		return faults, nil
	}
	var chosen []fault
	for _, name := range strings.Split(names, ",") {
		f, err := named(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, f)
	}
	return chosen, nil
}

// source is the random numbers of one run.
func source(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x5f)) } //nolint:gosec // nothing secret
