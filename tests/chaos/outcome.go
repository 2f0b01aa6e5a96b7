package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// outcome is what one run came to.
type outcome struct {
	seed   uint64
	fault  string
	at     point
	note   string        // what was hit
	felt   bool          // the run met the fault
	exit   int           // of the disturbed run, -1: killed
	done   int           // resources in the state when it was over
	open   int           // operations that the state then held as unfinished
	did    []string      // what the good run did beside deploying
	needed []string      // commands beside the good run
	took   time.Duration // of the whole run
	err    error         // why it did not converge, nil if it did
	output string        // of the disturbed run and of what followed it
}

// expected is what an undisturbed run leaves.
type expected struct {
	operations int      // finished ones in the output of `up`
	early      int      // those up to the last machine
	urns       []string // of the state
	machines   []string // in Proxmox
}

// drawn is the fault that a seed stands for among the chosen ones, and what decides the rest of the run:
// a number that goes up by one from turn to turn of a fault, whether all are drawn or one, and a row of
// them. Neither depends on which faults are chosen, so that a seed and a fault are one run everywhere.
func drawn(seed uint64, chosen []fault) (f fault, turn uint64, random *rand.Rand) {
	all := uint64(len(faults))
	return chosen[seed%uint64(len(chosen))], seed/all + seed%all, source(seed) // so that all of them come equally often
}

// point draws when the fault strikes.
func (f fault) point(random *rand.Rand, want expected) point {
	last := want.operations - 3
	switch {
	case f.strike == nil:
		return point{}
	case f.early:
		last = want.early - 1
	}
	return point{1 + random.IntN(max(1, last)), time.Duration(random.IntN(400)) * time.Millisecond}
}

// once does one run: an empty site, a disturbed `up`, whatever is needed, a good `up`, the proof.
func (s *site) once(ctx context.Context, seed uint64, chosen []fault, want expected) (o outcome) {
	begin := time.Now()
	f, turn, random := drawn(seed, chosen)
	o = outcome{seed: seed, fault: f.name}
	o.err = untilStruck(func() (struck bool, err error) {
		k := &strike{site: s, random: random, turn: turn}
		o.at = f.point(random, want)
		struck, err = s.disturb(ctx, f, k, &o)
		o.note, o.felt = strings.TrimPrefix(k.note, "; "), k.felt
		return struck, err
	}, func() error { return s.clear(ctx) })
	if o.err == nil {
		o.err = s.mend(ctx, &o)
	}
	if o.err == nil {
		o.err = s.prove(ctx, want)
	}
	o.took = time.Since(begin)
	return o
}

// draws is how often at most a run is done in which the fault meets nothing.
const draws = 5

// untilStruck does a run, and again from an empty site while its fault meets nothing, since that says
// nothing of the fault.
func untilStruck(run func() (struck bool, err error), empty func() error) error {
	for range draws {
		struck, err := run()
		if struck || err != nil {
			return err
		}
		if err := empty(); err != nil {
			return err
		}
	}
	return fmt.Errorf("fault: it met nothing in %d runs", draws)
}

// disturb runs `up` with the fault in it.
func (s *site) disturb(ctx context.Context, f fault, k *strike, o *outcome) (struck bool, err error) {
	if f.before != nil {
		if err := f.before(ctx, k); err != nil {
			return false, fmt.Errorf("before: %w", err)
		}
	}
	r, struck, err := s.interrupted(ctx, f, o.at, k)
	o.exit, o.output = r.code, r.out
	if f.after != nil {
		err = errors.Join(err, f.after(ctx, k))
	}
	if err != nil {
		return struck, fmt.Errorf("fault: %w", err)
	}
	if !struck {
		if r.code > 0 && !k.felt {
			return false, fmt.Errorf("the run failed, exit code %d, and no fault had struck it:\n%s", r.code, r.out)
		}
		return false, nil
	}
	urns, pending, err := s.resources()
	o.done, o.open = len(urns), pending
	if err != nil {
		k.note += "; the state cannot be read"
	}
	return true, nil
}

// deeds are what `up` does beside deploying, and how it says so.
var deeds = []struct{ says, did string }{
	{"ended what a killed run has left behind", "ended processes"},
	{"releasing the lock of a run", "released the lock"},
	{"first looking what became of it", "refreshed"},
	{"its record is taken away", "took a record of Helm's away"},
}

// mend is the one good run, with at most one documented command before it if it asks for one.
func (s *site) mend(ctx context.Context, o *outcome) error {
	up := []string{"up", "-s", "sandbox", "--yes"}
	r, err := s.try(ctx, up...)
	o.output += "\n--- up\n" + r.out
	for _, d := range deeds {
		if strings.Contains(r.out, d.says) {
			o.did = append(o.did, d.did)
		}
	}
	if err != nil || r.code == 0 {
		return err
	}
	way := []string{"refresh", "-s", "sandbox", "--accept"}
	if r.code == 5 { // locked
		way = []string{"cancel", "-s", "sandbox"}
	}
	o.needed = append(o.needed, "streamforge "+way[0])
	out, err := s.ok(ctx, way...)
	o.output += "\n--- " + way[0] + "\n" + out
	if err != nil {
		return err
	}
	out, err = s.ok(ctx, up...)
	o.output += "\n--- up\n" + out
	return err
}

// prove demands that the world, the state and the program agree, and that nothing is twice, lost or
// left over.
func (s *site) prove(ctx context.Context, want expected) error {
	if left := s.processes(); len(left) > 0 {
		return fmt.Errorf("processes left behind: %v", left)
	}
	urns, pending, err := s.resources()
	if err != nil {
		return err
	}
	if !slices.Equal(urns, want.urns) {
		return fmt.Errorf("state: %s", differ(urns, want.urns))
	}
	if pending > 0 {
		return fmt.Errorf("state: %d operations are still noted as unfinished", pending)
	}
	machines, err := s.machines(ctx)
	if err != nil {
		return err
	}
	if !slices.Equal(machines, want.machines) {
		return fmt.Errorf("machines in Proxmox: %s", differ(machines, want.machines))
	}
	if _, err := s.ok(ctx, "preview", "-s", "sandbox", "--expect-no-changes"); err != nil {
		return err
	}
	_, err = s.ok(ctx, "drift", "-s", "sandbox")
	return err
}

// differ says what is missing from got and what is too many.
func differ(got, want []string) string {
	var text []string
	missing := slices.DeleteFunc(slices.Clone(want), func(s string) bool { return slices.Contains(got, s) })
	for _, w := range missing {
		text = append(text, "missing "+w)
	}
	rest := slices.Clone(want)
	for _, g := range got {
		if i := slices.Index(rest, g); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
			continue
		}
		text = append(text, "too many "+g)
	}
	return strings.Join(text, ", ")
}
