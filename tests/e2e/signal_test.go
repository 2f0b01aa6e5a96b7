package e2e_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// sites are those whose sandbox may run.
var sites sync.Map // of *site

// interrupted is closed when the tests are to end.
var interrupted = make(chan struct{})

// unlessInterrupted keeps a test from beginning anything else when the tests are to end: it never returns then.
func unlessInterrupted() {
	select {
	case <-interrupted:
		select {}
	default:
	}
}

// cleanUpOnSignal stops every sandbox and removes what the tests made when they are interrupted: a test
// binary that ends by a signal runs no Cleanup, and servers would stay behind.
func cleanUpOnSignal(dir string) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		got := <-signals
		close(interrupted)
		fmt.Fprintf(os.Stderr, "%s: stopping the sandboxes\n", got)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		for s := range sites.Range {
			s := s.(*site)
			if err := s.sb.Stop(ctx); err != nil {
				fmt.Fprintln(os.Stderr, err)
				continue
			}
			_ = os.RemoveAll(s.root)
		}
		_ = os.RemoveAll(dir)
		os.Exit(1)
	}()
}
