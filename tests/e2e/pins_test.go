package e2e_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/report"
	"github.com/streamforge/infrastructure/tests/upgrade"
)

var (
	// pinLine is a pin that a bot moves: the version in the line below its comment.
	pinLine = regexp.MustCompile(`(?m)(// renovate:.*\n\s*.*?[":]v?)(\d+)\.(\d+)(\.\d+)?([^"\n]*")`)
	// imageTag is the version of an image, or of a whole application, in a stand-in chart.
	imageTag = regexp.MustCompile(`([:"]v?)(\d+)\.(\d+)(\.\d+)([^\d.])`)
)

// minor raises the minor version in every match of a pattern and counts them.
func minor(text string, pattern *regexp.Regexp) (raised string, n int) {
	return pattern.ReplaceAllStringFunc(text, func(match string) string {
		part := pattern.FindStringSubmatch(match)
		number, _ := strconv.Atoi(part[3])
		patch := ""
		if part[4] != "" {
			patch = ".0"
		}
		n++
		return fmt.Sprintf("%s%s.%d%s%s", part[1], part[2], number+1, patch, part[5])
	}), n
}

// newer builds streamforge with every pin one minor version up, and with stand-in charts whose images
// are one up too, as those of real charts would be. The tree stays as it is.
func newer(t *testing.T) string {
	t.Helper()
	dir, replaced := t.TempDir(), map[string]string{}
	raise := func(path string, pattern *regexp.Regexp) {
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		text, n := minor(string(raw), pattern)
		if n == 0 {
			return
		}
		if pattern == pinLine {
			require.Equal(t, strings.Count(string(raw), "// renovate:"), n, "every pin is raised")
		}
		to := filepath.Join(dir, strconv.Itoa(len(replaced))+filepath.Ext(path))
		require.NoError(t, os.WriteFile(to, []byte(text), 0o600))
		replaced[path] = to
	}
	raise(filepath.Join(repo, "internal/pins/pins.go"), pinLine)
	require.NoError(t, filepath.WalkDir(filepath.Join(repo, "internal/sandbox/mirror"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasSuffix(path, "_test.go") {
			raise(path, imageTag)
		}
		return err
	}))
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	require.NoError(t, err)
	file, tool := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "streamforge")
	require.NoError(t, os.WriteFile(file, overlay, 0o600))
	build := exec.Command("go", "build", "-trimpath", "-overlay", file, "-o", tool, "./cmd/streamforge")
	build.Dir = repo
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	return tool
}

// pinsUp raises every pin at once: each release changes, in place, the objects that differ are listed, no
// promise is broken; and the run with them converges. The sandbox has the newer charts afterwards.
func (s *site) pinsUp(t *testing.T) {
	s.tool = newer(t)
	s.ok("sandbox", "stop")
	s.ok("sandbox", "start") // writes the newer charts beside the others
	got := s.run("gate", "-q", "-s", "sandbox", "--report", "pins.json")
	r := readReport(t, filepath.Join(s.root, "pins.json"))
	require.Equal(t, gate.ExitNeedsApproval, got.code, "%s\n%s", got.out, describe(r))
	assert.Empty(t, upgrade.Lost(r))
	assert.Empty(t, r.Unchecked)

	releases := map[string]report.Item{}
	definitions := 0
	for _, i := range r.Items {
		assert.NotEqual(t, gate.RuleOp, i.Op, "%s: %v", i.ID, i.Reasons)
		switch i.Kind {
		case "Release":
			releases[i.Name] = i
		case "CustomResourceDefinition":
			definitions++
			assert.Equal(t, "update", i.Op, i.ID)
		}
	}
	installed := strings.Fields(s.kubectl("get", "secrets", "-A", "-l", "owner=helm,status=deployed", "-o", "jsonpath={.items[*].metadata.labels.name}"))
	require.Greater(t, len(installed), 20)
	for _, name := range installed {
		i, changes := releases[name]
		if assert.True(t, changes, "release %s does not change", name) {
			assert.Equal(t, "update", i.Op, name)
			assert.NotEmpty(t, i.Nested, "release %s: no object differs", name)
		}
	}
	assert.NotZero(t, definitions, "the manifests' definitions change too")

	s.ok("up", "-s", "sandbox", "--yes")
	s.ok("preview", "-s", "sandbox", "--expect-no-changes")
}
