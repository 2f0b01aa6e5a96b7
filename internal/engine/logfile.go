package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// keepLogs is how many logs of one stack are kept.
const keepLogs = 20

// openLog creates the log file of one operation and removes the oldest ones. Without a folder it
// opens the null device.
func openLog(dir, stack string, op Operation) (*os.File, string, error) {
	if dir == "" {
		f, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
		return f, "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, "", fmt.Errorf("log folder: %w", err)
	}
	prefix := "run-" + stack + "-"
	old, err := filepath.Glob(filepath.Join(dir, prefix+"*.log"))
	if err != nil {
		return nil, "", fmt.Errorf("log folder %s: %w", dir, err)
	}
	slices.Sort(old) // names hold the time, so the oldest come first
	for len(old) >= keepLogs {
		if err := os.Remove(old[0]); err != nil {
			return nil, "", fmt.Errorf("old log: %w", err)
		}
		old = old[1:]
	}
	what := strings.ReplaceAll(string(op), " --", "-")
	name := prefix + time.Now().UTC().Format("20060102T150405.000") + "-" + what + ".log"
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, "", fmt.Errorf("log file: %w", err)
	}
	return f, f.Name(), nil
}
