package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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
	files, err := os.ReadDir(dir) // sorted by name, which holds the time, so the oldest come first
	if err != nil {
		return nil, "", fmt.Errorf("log folder: %w", err)
	}
	prefix := "run-" + stack + "-"
	own := regexp.MustCompile("^" + regexp.QuoteMeta(prefix) + `\d{8}T.*\.log$`) // not those of stack-other
	var old []string
	for _, f := range files {
		if own.MatchString(f.Name()) {
			old = append(old, filepath.Join(dir, f.Name()))
		}
	}
	for _, file := range old[:max(0, len(old)-keepLogs+1)] {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) { // another run has just removed it
			return nil, "", fmt.Errorf("old log: %w", err)
		}
	}
	what := strings.ReplaceAll(string(op), " --", "-")
	name := prefix + time.Now().UTC().Format("20060102T150405.000") + "-" + what + ".log"
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, "", fmt.Errorf("log file: %w", err)
	}
	return f, f.Name(), nil
}
