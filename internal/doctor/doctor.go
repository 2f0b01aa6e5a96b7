// Package doctor looks at a machine and at what a stack needs, changes nothing, and says what to do.
// Checks run side by side, each within a deadline of its own, so that one that hangs holds up no other.
package doctor

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Level is how bad a finding is.
type Level string

// The levels.
const (
	OK      Level = "ok"
	Warning Level = "warning" // works, but something is lost or will fail later
	Problem Level = "problem" // the next run fails, or a tool that it needs
	Skipped Level = "skipped" // could not be looked at, and why
)

// Finding is what one check found.
type Finding struct {
	Group  string `json:"group"` // machine, or stack NAME
	Check  string `json:"check"`
	Level  Level  `json:"level"`
	Text   string `json:"text"`             // several lines where there are several problems
	WayOut string `json:"wayOut,omitempty"` // what to do; empty where Text says it or nothing is to be done
}

// Fine is a finding with nothing to do.
func Fine(format string, args ...any) Finding {
	return Finding{Level: OK, Text: fmt.Sprintf(format, args...)}
}

// Warn is a finding that stops nothing.
func Warn(wayOut, format string, args ...any) Finding {
	return Finding{Level: Warning, WayOut: wayOut, Text: fmt.Sprintf(format, args...)}
}

// Bad is a finding that stops the next run.
func Bad(wayOut, format string, args ...any) Finding {
	return Finding{Level: Problem, WayOut: wayOut, Text: fmt.Sprintf(format, args...)}
}

// Skip says why nothing was looked at.
func Skip(format string, args ...any) Finding {
	return Finding{Level: Skipped, Text: fmt.Sprintf(format, args...)}
}

// Check looks at one thing.
type Check struct {
	Group, Name string
	Within      time.Duration // how long it may take; zero means Patience
	Look        func(context.Context) Finding
}

// Patience is the deadline of a check that names none.
const Patience = 30 * time.Second

// Run does all checks side by side and gives their findings in the order of the checks. One that
// does not come back within its deadline is a problem, and is not waited for.
func Run(ctx context.Context, checks []Check) []Finding {
	found := make([]Finding, len(checks))
	var all sync.WaitGroup
	for i, c := range checks {
		all.Go(func() {
			found[i] = c.within(ctx)
			found[i].Group, found[i].Check = c.Group, c.Name
		})
	}
	all.Wait()
	return found
}

func (c Check) within(ctx context.Context) Finding {
	limit := c.Within
	if limit == 0 {
		limit = Patience
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	answer := make(chan Finding, 1) // whoever comes late finds room and goes
	go func() { answer <- c.Look(ctx) }()
	select {
	case f := <-answer:
		if ctx.Err() == nil || f.Level == OK {
			return f
		}
	case <-ctx.Done():
	}
	if ctx.Err() == context.Canceled {
		return Skip("cancelled")
	}
	return Bad("look whether what it asks hangs, and run `streamforge doctor` again", "no answer within %s", limit)
}

// Count counts the findings of a level.
func Count(all []Finding, l Level) (n int) {
	for _, f := range all {
		if f.Level == l {
			n++
		}
	}
	return n
}
