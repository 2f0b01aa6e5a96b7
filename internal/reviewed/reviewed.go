// Package reviewed reads files of exceptions that stand in the repository and are reviewed like code:
// approvals of the gate, ignore rules of the audit.
package reviewed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// Exception is what every exception has to say of itself.
type Exception struct {
	Reason  string `yaml:"reason"`  // why it is right, for who reads it later
	Owner   string `yaml:"owner"`   // who answers for it
	Expires string `yaml:"expires"` // last day on which it holds, as 2026-12-31

	until time.Time
}

// Field is a value that an exception must give besides those of every one.
type Field struct{ Name, Value string }

// Load reads a file into a struct; keys that it does not know are errors. A file that does not exist
// leaves the struct as it is.
func Load(file string, into any) error {
	raw, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// Check tells what is missing or is no date. Call it before Holds.
func (e *Exception) Check(more ...Field) error {
	var missing []string
	for _, f := range append(more, Field{"reason", e.Reason}, Field{"owner", e.Owner}, Field{"expires", e.Expires}) {
		if strings.TrimSpace(f.Value) == "" {
			missing = append(missing, f.Name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s missing: an exception says what, why, who and until when", strings.Join(missing, ", "))
	}
	day, err := time.Parse(time.DateOnly, e.Expires)
	if err != nil {
		return fmt.Errorf("expires %q: not a date such as 2026-12-31", e.Expires)
	}
	e.until = day.AddDate(0, 0, 1)
	return nil
}

// Holds tells whether the last day is not over yet.
func (e *Exception) Holds(now time.Time) bool { return now.Before(e.until) }

// Beyond tells whether it holds longer than that many days from now.
func (e *Exception) Beyond(now time.Time, days int) bool {
	return e.until.After(now.AddDate(0, 0, days+1))
}
