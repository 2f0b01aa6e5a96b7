package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// rig is the tool and the sites that runs are spread over.
type rig struct {
	dir   string // temporary
	sites []*site
	want  expected
}

// newRig builds the tool, starts the sandboxes and learns from one good run what is to be expected.
func newRig(ctx context.Context, repo string, sites, net int) (r *rig, err error) {
	r = &rig{}
	if repo, err = filepath.Abs(repo); err != nil {
		return nil, err
	}
	if r.dir, err = os.MkdirTemp("", "chaos-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	tool := filepath.Join(r.dir, "streamforge")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags", "small", "-o", tool, "./cmd/streamforge")
	build.Dir = repo
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build: %w\n%s", err, out)
	}
	for i := range sites {
		root := filepath.Join(r.dir, fmt.Sprint("site", i))
		s := &site{repo: repo, root: root, tool: tool, net: net + i}
		r.sites = append(r.sites, s)
		if err := s.open(ctx); err != nil {
			return nil, err
		}
	}
	return r, r.learn(ctx)
}

// learn does one undisturbed run.
func (r *rig) learn(ctx context.Context) error {
	s, watch := r.sites[0], newCounter(0)
	res, err := s.run(ctx, watch, nil, "up", "-s", "sandbox", "--yes")
	if err != nil {
		return err
	}
	if res.code != 0 {
		return fmt.Errorf("an undisturbed run fails: exit code %d:\n%s", res.code, res.out)
	}
	r.want.operations, r.want.early = watch.count, watch.machine
	if r.want.urns, _, err = s.resources(); err != nil {
		return err
	}
	if r.want.machines, err = s.machines(ctx); err != nil {
		return err
	}
	if err := s.prove(ctx, r.want); err != nil {
		return fmt.Errorf("an undisturbed run: %w", err)
	}
	return s.clear(ctx)
}

// next makes the site ready for another run: empty, and after a miss a new one.
func (s *site) next(ctx context.Context, o outcome) error {
	if o.err == nil {
		return s.clear(ctx)
	}
	if err := s.close(); err != nil {
		return err
	}
	return s.open(ctx)
}

// clear takes everything away, for the next run.
func (s *site) clear(ctx context.Context) error {
	if _, err := s.ok(ctx, "destroy", "-s", "sandbox", "--yes"); err != nil {
		return err
	}
	machines, err := s.machines(ctx)
	if err == nil && len(machines) > 0 {
		err = fmt.Errorf("destroy left machines behind: %v", machines)
	}
	for _, dir := range []string{"history", "backups"} { // else they fill the disk in the end
		err = errors.Join(err, os.RemoveAll(s.path("state", ".pulumi", dir)))
	}
	return err
}

// possible are the faults that can be made here: a disk is filled only where it is one's own.
func possible(chosen []fault, disk bool) ([]fault, error) {
	if disk {
		return chosen, nil
	}
	left := slices.DeleteFunc(slices.Clone(chosen), func(f fault) bool { return f.root })
	if len(left) == 0 {
		return nil, errors.New("faults: no disk of its own could be mounted for the state, and all that were chosen fill it; " +
			"run as root, or choose others by -faults")
	}
	return left, nil
}

// all does the runs, each on the first site that is free, tells of each as it ends and hands all so far
// to write, so that a report exists even if the rest is never done. An error is one of the rig; a run
// that does not converge is an outcome.
func (r *rig) all(ctx context.Context, seeds []uint64, chosen []fault, tell io.Writer,
	write func([]outcome) error) (outcomes []outcome, failure error) {
	next := make(chan uint64)
	var mu sync.Mutex
	var wait sync.WaitGroup
	for _, s := range r.sites {
		wait.Go(func() {
			for seed := range next {
				o := s.once(ctx, seed, chosen, r.want)
				if ctx.Err() != nil {
					continue // it was not the fault that ended it
				}
				mu.Lock()
				outcomes = append(outcomes, o)
				slices.SortFunc(outcomes, func(a, b outcome) int { return slices.Index(seeds, a.seed) - slices.Index(seeds, b.seed) })
				fmt.Fprintln(tell, o.line())
				failure = errors.Join(failure, write(outcomes))
				mu.Unlock()
				if err := s.next(ctx, o); err != nil {
					mu.Lock()
					failure = errors.Join(failure, err)
					mu.Unlock()
				}
			}
		})
	}
	for _, seed := range seeds {
		mu.Lock()
		broken := failure != nil || ctx.Err() != nil
		mu.Unlock()
		if broken {
			break
		}
		next <- seed
	}
	close(next)
	wait.Wait()
	return outcomes, errors.Join(failure, ctx.Err())
}

// close stops every sandbox and deletes everything.
func (r *rig) close() error {
	var errs []error
	for _, s := range r.sites {
		errs = append(errs, s.close())
	}
	return errors.Join(append(errs, os.RemoveAll(r.dir))...)
}

// line is the outcome in one line.
func (o outcome) line() string {
	text := fmt.Sprintf("seed %d  %-11s at %-28s exit %2d, %2d in the state, %d open; %s  %s",
		o.seed, o.fault, o.at, o.exit, o.done, o.open, o.remedy(), o.took.Round(time.Second))
	if len(o.did) > 0 {
		text += "  [" + strings.Join(o.did, ", ") + "]"
	}
	if o.note != "" {
		text += "  (" + o.note + ")"
	}
	if !o.felt {
		text += "  (not felt)"
	}
	if o.err != nil {
		text += fmt.Sprintf("\n  MISSED: %s\n  again: go run ./tests/chaos -faults %s -seeds %d -report ''", o.err, o.fault, o.seed)
	}
	if o.err != nil || len(o.needed) > 0 {
		text += "\n" + indent(o.output)
	}
	return text
}

// remedy is what it took to come right.
func (o outcome) remedy() string {
	return strings.Join(append(append([]string{}, o.needed...), "up"), ", ")
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ")
}
