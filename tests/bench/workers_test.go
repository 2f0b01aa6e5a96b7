package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWorkers(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("no /proc here")
	}
	err := os.ErrClosed
	all, got := workers(func() error {
		for until := own(t) + 200*time.Millisecond; own(t) < until; {
		}
		return err
	})
	require.Equal(t, err, got)
	for _, w := range all {
		if w.program == filepath.Base(os.Args[0]) {
			require.GreaterOrEqual(t, w.time, 100*time.Millisecond)
			return
		}
	}
	require.Fail(t, "the program that worked is not told")
}

// own is the processor time of this process.
func own(t *testing.T) time.Duration {
	var used syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
