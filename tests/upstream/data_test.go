package upstream_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/pins"
	"github.com/streamforge/infrastructure/tests/need"
)

// folder is where the upstream data are; a test without them is left out.
func folder(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("STREAMFORGE_UPSTREAM")
	if dir == "" {
		need.LeftOut(t, "needs upstream's charts and definitions in STREAMFORGE_UPSTREAM, see CONTRIBUTING.md")
	}
	require.DirExists(t, filepath.Join(dir, "charts"), "STREAMFORGE_UPSTREAM")
	require.DirExists(t, filepath.Join(dir, "crds"), "STREAMFORGE_UPSTREAM")
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
