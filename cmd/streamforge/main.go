// Command streamforge drives the platform where plain `pulumi` is not enough: it runs stacks with
// progress a person can follow, and brings up the sandbox they can be tried in. See docs/cli.md.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/streamforge/infrastructure/internal/engine"
)

// The exit codes, documented in docs/cli.md.
const (
	exitOK        = 0
	exitFailed    = 1
	exitUsage     = 2
	exitRefused   = 3
	exitChanges   = 4
	exitLocked    = 5
	exitNotReady  = 6
	exitCancelled = 130
)

func main() {
	ctx, abort, stop := interruptible(os.Stderr)
	a := &app{out: os.Stdout, err: os.Stderr, in: os.Stdin, abort: abort}
	err := newRootCmd(a).ExecuteContext(ctx)
	code := exitCode(os.Stderr, err)
	stop()
	os.Exit(code)
}

// usageError is a command line that makes no sense.
type usageError struct{ err error }

func (u usageError) Error() string { return u.err.Error() }
func (u usageError) Unwrap() error { return u.err }

// exitCode prints an error and says with which code the process ends.
func exitCode(w io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(w, "error: %s\n", err)
	var v verdict
	if errors.As(err, &v) {
		return v.code
	}
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	switch engine.KindOf(err) {
	case engine.Refused:
		return exitRefused
	case engine.Changes:
		return exitChanges
	case engine.Locked:
		return exitLocked
	case engine.NotReady:
		return exitNotReady
	case engine.Cancelled:
		return exitCancelled
	default:
		return exitFailed
	}
}
