// Command streamforge drives the platform where plain `pulumi` is not enough: it runs stacks with
// progress a person can follow, and brings up the sandbox they can be tried in. See docs/cli.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/process"
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
	// Else the first line for a reader that is gone kills the process: Ctrl-C ends the `tee` of `up | tee log` too,
	// and the engine would live on without its program. Not signal.Ignore, which children inherit.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	process.CollectLess()
	ctx, abort, stop := interruptible(os.Stderr)
	a := &app{out: os.Stdout, err: os.Stderr, in: os.Stdin, abort: abort}
	err := newRootCmd(a).ExecuteContext(ctx)
	code := exitCode(ctx, os.Stderr, err)
	stop()
	os.Exit(code)
}

// usageError is a command line that makes no sense.
type usageError struct{ err error }

func (u usageError) Error() string { return u.err.Error() }
func (u usageError) Unwrap() error { return u.err }

// exitCode prints an error and says with which code the process ends. Whatever was not done before ctx
// ended is cancelled: a wait that was cut short, for example, says that something is not ready.
func exitCode(ctx context.Context, w io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(w, "error: %s\n", err)
	var v verdict
	if errors.As(err, &v) {
		return v.code
	}
	if ctx.Err() != nil {
		return exitCancelled
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
