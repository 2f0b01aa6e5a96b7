package engine

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// view shows a run while it goes on.
type view interface {
	show([]line)
	close()
}

// Terminal describes the terminal that a live view draws on.
type Terminal struct {
	// Size gives columns and rows, and is asked before every frame.
	Size func() (columns, rows int)
	// Color allows colours; NO_COLOR forbids them.
	Color bool
}

// newView picks the view that the options ask for.
func newView(r *recorder, stack string, o Options) view {
	switch {
	case o.Progress == nil || o.Verbose:
		return quiet{}
	case o.Terminal != nil:
		return newLive(r, stack, o.Progress, *o.Terminal)
	default:
		return newPlain(r, o.Progress)
	}
}

// quiet shows nothing; failures come with the error.
type quiet struct{}

func (quiet) show([]line) {}
func (quiet) close()      {}

// heartbeat is how long a plain view may stay silent while something is being worked on.
const heartbeat = 30 * time.Second

// plain writes one line per finished resource, for logs and pipes, and a sign of life when a
// resource takes long.
type plain struct {
	rec  *recorder
	mu   sync.Mutex
	out  io.Writer
	wake *time.Timer
	done chan struct{}
	gone sync.WaitGroup
}

func newPlain(r *recorder, out io.Writer) *plain {
	p := &plain{rec: r, out: out, wake: time.NewTimer(heartbeat), done: make(chan struct{})}
	p.gone.Go(p.beat)
	return p
}

func (p *plain) show(lines []line) {
	if len(lines) == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range lines {
		fmt.Fprintln(p.out, l.text)
	}
	p.wake.Reset(heartbeat)
}

func (p *plain) beat() {
	for {
		select {
		case <-p.wake.C:
			p.show(p.rec.waiting())
			p.wake.Reset(heartbeat)
		case <-p.done:
			return
		}
	}
}

func (p *plain) close() {
	close(p.done)
	p.gone.Wait()
	p.wake.Stop()
}

// inFlight lists what is being worked on, the oldest first.
func (r *recorder) inFlight() []activity {
	r.mu.Lock()
	defer r.mu.Unlock()
	as := make([]activity, 0, len(r.active))
	for _, a := range r.active {
		as = append(as, *a)
	}
	slices.SortFunc(as, func(a, b activity) int {
		if d := a.since.Compare(b.since); d != 0 {
			return d
		}
		return strings.Compare(a.urn, b.urn)
	})
	return as
}

// waiting says in one line what is being worked on.
func (r *recorder) waiting() []line {
	as := r.inFlight()
	if len(as) == 0 {
		return nil
	}
	parts := make([]string, 0, len(as))
	for _, a := range as {
		text := label(a.urn) + " for " + elapsed(r.now().Sub(a.since))
		if a.message != "" {
			text += " (" + a.message + ")"
		}
		parts = append(parts, text)
	}
	return []line{{text: r.stamp() + "  waiting for  " + strings.Join(parts, ", ")}}
}
