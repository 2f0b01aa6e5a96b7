// Package upstream_test compares the whole program with what upstream publishes: the values of
// the pinned charts and the schemas of the custom resources.
package upstream_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
	"github.com/streamforge/infrastructure/tests/program"
)

const releaseType = "kubernetes:helm.sh/v3:Release"

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

// TestUpstream runs both stacks: they declare the same kinds, but not with the same options.
func TestUpstream(t *testing.T) {
	dir := folder(t)
	all, err := loadDefinitions(dir)
	require.NoError(t, err)
	var list []allowed
	require.NoError(t, decodeFile("allow.yaml", &list))

	var found []finding
	deployed := map[string]bool{} // charts by "<name>-<version>"
	for _, stack := range []string{"homelab", "sandbox"} {
		f, releases, objects := compare(upstream{dir, all, list}, program.Whole(t, stack), deployed)
		require.NotZero(t, releases, "%s declares no release", stack)
		require.NotZero(t, objects, "%s declares no object", stack)
		t.Logf("%s: %d releases and %d objects compared", stack, releases, objects)
		found = append(found, f...)
	}
	found = append(found, uncovered(t, dir, deployed)...)
	require.Empty(t, sift(found, list), "correct the program, or add an entry with a reason to allow.yaml")
}

// upstream is what a graph is compared with.
type upstream struct {
	dir         string
	definitions definitions
	list        []allowed
}

// compare checks every release and every object of a graph and counts both.
func compare(u upstream, g *kubetest.Graph, deployed map[string]bool) (found []finding, releases, objects int) {
	for _, r := range g.All {
		if strings.HasPrefix(r.Type, "kubernetes:") && r.Inputs.ContainsUnknowns() {
			found = append(found, finding{r.Name, r.Type + " " + r.Name, "holds a value that an update would not know either"})
			continue
		}
		switch {
		case r.Type == releaseType:
			releases++
			name := chartOf(r)
			deployed[name] = true
			found = append(found, u.checkRelease(name, r)...)
		case isObject(r):
			objects++
			found = append(found, u.definitions.checkObject(r)...)
		}
	}
	return found, releases, objects
}

// chartOf gives "<name>-<version>" of a release's chart, which lies in the mirror.
func chartOf(r kubetest.Resource) string {
	path, _ := r.At("chart").(string)
	return strings.TrimSuffix(filepath.Base(path), ".tgz")
}

func (u upstream) checkRelease(name string, r kubetest.Resource) []finding {
	resource := r.Type + " " + r.Name
	chart, err := loadChart(u.dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // uncovered says so, once
	}
	if err != nil {
		return []finding{{name, resource, err.Error()}}
	}
	values, _ := r.At("values").(map[string]any)
	return chart.check(resource, values, u.list)
}

// uncovered finds the pinned charts that nothing above looked at: those of which there are no
// data, and those that no stack deploys.
func uncovered(t *testing.T, dir string, deployed map[string]bool) (found []finding) {
	t.Helper()
	for _, c := range pins.AllCharts() {
		name := c.Name + "-" + c.Version
		if _, err := os.Stat(filepath.Join(dir, "charts", name, "values.yaml")); err != nil {
			t.Logf("no data of chart %s: its values are not compared", name)
			found = append(found, finding{name, "pins", fmt.Sprintf("no data: %v", err)})
			continue
		}
		if !deployed[name] {
			found = append(found, finding{name, "pins", "is pinned, but no stack deploys it"})
		}
	}
	return found
}
