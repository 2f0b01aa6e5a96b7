package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// interruptible gives a context that the first Ctrl-C (or SIGTERM, or the end of the terminal)
// cancels, and a channel that the second one closes. The first asks for an orderly end, the
// second for an immediate one. The third ends the process, whatever it waits for.
func interruptible(say io.Writer) (ctx context.Context, abort <-chan struct{}, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals, hard := make(chan os.Signal, 2), make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		if _, open := <-signals; !open {
			return
		}
		fmt.Fprintln(say, "\ncancelling: what is being worked on may end and is saved; "+
			"Ctrl-C again stops at once and may lose it")
		cancel()
		if _, open := <-signals; open {
			signal.Stop(signals)
			fmt.Fprintln(say, "\nstopping at once")
			close(hard)
		}
	}()
	return ctx, hard, func() {
		signal.Stop(signals)
		close(signals)
		cancel()
	}
}
