package upstream_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/streamforge/infrastructure/internal/pins"
	"github.com/streamforge/infrastructure/tests/need"
)

// folder finds the upstream data and skips the test where they are not.
func folder(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("STREAMFORGE_UPSTREAM")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "upstream")
	}
	if _, err := os.Stat(dir); err != nil {
		need.LeftOut(t, fmt.Sprintf("no upstream charts and definitions: %v; STREAMFORGE_UPSTREAM names their folder", err))
	}
	return dir
}

// finding is one disagreement between the program and upstream.
type finding struct {
	Subject  string // what an allow-list entry names: "<chart> <values path>" or "<kind> <field path>"
	Resource string // "<type> <name>" in the graph
	Problem  string
}

func (f finding) String() string { return f.Resource + ": " + f.Subject + ": " + f.Problem }

// writeEmpty puts an archive without content into a mirror; mocks read no more.
func writeEmpty(mirror string, c pins.Chart) error {
	return os.WriteFile(filepath.Join(mirror, c.File()), nil, 0o600)
}
