package main

import (
	"context"
	"errors"
	"fmt"
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
	urns       []string // of the state
	machines   []string // in Proxmox
}

// once does one run: an empty site, a disturbed `up`, whatever is needed, a good `up`, the proof.
func (s *site) once(ctx context.Context, seed uint64, chosen []fault, want expected) (o outcome) {
	begin := time.Now()
	random := source(seed)
	f := chosen[seed%uint64(len(chosen))] // so that all of them come equally often
	o = outcome{seed: seed, fault: f.name}
	o.at = point{1 + random.IntN(want.operations-3), time.Duration(random.IntN(400)) * time.Millisecond}
	k := &strike{site: s, random: random}
	o.err = s.disturb(ctx, f, k, &o)
	o.note = k.note
	if o.err == nil {
		o.err = s.mend(ctx, &o)
	}
	if o.err == nil {
		o.err = s.prove(ctx, want)
	}
	o.took = time.Since(begin)
	return o
}

// disturb runs `up` with the fault in it.
func (s *site) disturb(ctx context.Context, f fault, k *strike, o *outcome) error {
	if f.before != nil {
		if err := f.before(ctx, k); err != nil {
			return fmt.Errorf("before: %w", err)
		}
	}
	r, struck, err := s.interrupted(ctx, f, o.at, k)
	o.exit, o.output = r.code, r.out
	if f.after != nil {
		err = errors.Join(err, f.after(ctx, k))
	}
	if err != nil {
		return fmt.Errorf("fault: %w", err)
	}
	if !struck {
		return fmt.Errorf("fault: the run ended before it was to strike")
	}
	urns, pending, err := s.resources()
	o.done, o.open = len(urns), pending
	if err != nil {
		o.note = strings.TrimPrefix(o.note+"; the state cannot be read", "; ")
	}
	return nil
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
