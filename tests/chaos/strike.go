package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"sync"
	"time"
)

// point is when a fault strikes: after so many finished operations, and a moment later.
type point struct {
	after int
	delay time.Duration
}

func (p point) String() string {
	if p == (point{}) {
		return "from the start"
	}
	return fmt.Sprintf("%d operations + %d ms", p.after, p.delay.Milliseconds())
}

// strike is a fault at work on one run of `up`.
type strike struct {
	*site
	random *rand.Rand
	turn   uint64          // how often its fault came before, if seeds follow each other
	up     int             // process id of `streamforge up`
	over   <-chan struct{} // closed when that has ended
	note   string          // what exactly was hit, for the report
	felt   bool            // the run met the fault
}

// counter counts the finished operations in the output of `up` and closes reached at the given number.
type counter struct {
	mu      sync.Mutex
	rest    []byte
	count   int
	machine int // the count when the last machine was done
	after   int
	reached chan struct{}
}

var finished = regexp.MustCompile(`^\s*[0-9.ms]+  (created|updated|deleted|replaced)\b`)

func newCounter(after int) *counter { return &counter{after: after, reached: make(chan struct{})} }

// Write takes the next piece of output.
func (c *counter) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rest = append(c.rest, p...)
	for {
		line, rest, whole := bytes.Cut(c.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		c.rest = rest
		if !finished.Match(line) {
			continue
		}
		if c.count++; c.count == c.after {
			close(c.reached)
		}
		if bytes.Contains(line, []byte("  VirtualMachine ")) {
			c.machine = c.count
		}
	}
}

// interrupted runs `up`, strikes at the point, and returns when both are over. Struck is false when the
// run was over before, or the fault met nothing.
func (s *site) interrupted(ctx context.Context, f fault, at point, k *strike) (r result, struck bool, err error) {
	watch := newCounter(at.after)
	over := make(chan struct{})
	k.over = over
	var missed error
	var striking sync.WaitGroup
	started := func(pid int) {
		k.up = pid
		if f.strike == nil {
			struck = true
			return
		}
		striking.Go(func() {
			select {
			case <-watch.reached:
			case <-over:
				return
			}
			select {
			case <-time.After(at.delay):
				missed = f.strike(ctx, k)
				struck = missed == nil
			case <-over:
			}
		})
	}
	r, err = s.run(ctx, watch, started, "up", "-s", "sandbox", "--yes")
	close(over)
	striking.Wait() // it works in the site's folder, and brings back what it took away
	return r, struck, errors.Join(err, orNothing(missed))
}

// programs are the running ones of these names.
func (k *strike) programs(names ...string) []process {
	return slices.DeleteFunc(k.processes(), func(p process) bool { return !slices.Contains(names, p.name) })
}

// plugin is one provider plugin that runs, chosen by chance.
func (k *strike) plugin() (process, error) {
	all := k.programs("pulumi-resource-proxmoxve", "pulumi-resource-kubernetes", "pulumi-resource-tls")
	if len(all) == 0 {
		return process{}, errNothing
	}
	slices.SortFunc(all, func(a, b process) int { return bytes.Compare([]byte(a.name), []byte(b.name)) })
	return all[k.random.IntN(len(all))], nil
}
