package engine

import (
	"errors"
	"strings"
)

// Kind says what sort of trouble a Problem is; the command line makes exit codes of it.
type Kind int

// The kinds.
const (
	Failed    Kind = iota // a resource, the program or the engine failed
	Refused               // the configuration was refused
	Changes               // there are changes although none were expected
	Locked                // another run holds the stack's lock
	NotReady              // a tool is missing or the sandbox is not running
	Cancelled             // the run was cancelled
)

// Problem is an error for a person: what was being done, why it did not work, and the way out.
type Problem struct {
	Kind   Kind
	What   string
	Why    string
	WayOut string // empty where none is known
	Err    error  // what lies below; may be nil

	deadLock bool // Locked, and every lock belongs to a process of this machine that is gone
}

// Error is the problem in one or a few lines.
func (p *Problem) Error() string {
	text := p.What + ": " + p.Why
	if p.WayOut == "" {
		return text
	}
	if strings.Contains(p.Why, "\n") {
		return text + "\n" + p.WayOut
	}
	return text + "; " + p.WayOut
}

// Unwrap gives what lies below.
func (p *Problem) Unwrap() error { return p.Err }

// KindOf is the kind of the Problem in err, or Failed when there is none.
func KindOf(err error) Kind {
	var p *Problem
	if errors.As(err, &p) {
		return p.Kind
	}
	return Failed
}

// NewNotReady is the problem of a tool or a sandbox that is not there.
func NewNotReady(what, why, wayOut string) *Problem { return notReady(what, why, wayOut) }

func notReady(what, why, wayOut string) *Problem {
	return &Problem{Kind: NotReady, What: what, Why: why, WayOut: wayOut}
}
