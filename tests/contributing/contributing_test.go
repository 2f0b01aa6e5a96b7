// Package contributing does what CONTRIBUTING.md says, word for word, in a copy of the tree.
package contributing

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// step is a block of code of the page and where it goes.
type step struct {
	file, side, anchor string // side and anchor are empty for a new file
	code               string
}

var block = regexp.MustCompile("(?s)`([^`\n]+\\.go)`(?:, (above|below) `([^`\n]+)`)?:\n\n```go\n(.*?)```\n")

func steps(t *testing.T, page string) (all []step) {
	t.Helper()
	for _, m := range block.FindAllStringSubmatch(page, -1) {
		all = append(all, step{m[1], m[2], m[3], m[4]})
	}
	require.Len(t, all, strings.Count(page, "```go\n"), "each block says where it goes")
	return all
}

func (s step) do(t *testing.T, root string) {
	t.Helper()
	path := filepath.Join(root, s.file)
	if s.side == "" {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(s.code), 0o600))
		return
	}
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	line := s.anchor + "\n"
	require.Equal(t, 1, strings.Count(string(raw), line), "%s: %q", s.file, s.anchor)
	with := line + s.code
	if s.side == "above" {
		with = s.code + line
	}
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(raw), line, with, 1)), 0o600))
}

// copyTree copies what git knows, and what it would take in.
func copyTree(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	list := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard")
	list.Dir = filepath.Join("..", "..")
	out, err := list.Output()
	require.NoError(t, err)
	for file := range strings.Lines(string(out)) {
		file = strings.TrimSpace(file)
		content, err := os.ReadFile(filepath.Join(list.Dir, file))
		if os.IsNotExist(err) {
			continue // deleted, and not committed yet
		}
		require.NoError(t, err)
		path := filepath.Join(root, file)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, content, 0o600))
	}
	return root
}

// TestAToolIsAddedAsThePageSays goes without vet, whose facts of every dependency cost minutes when caches are cold.
func TestAToolIsAddedAsThePageSays(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the tests of the graph")
	}
	page, err := os.ReadFile("../../CONTRIBUTING.md")
	require.NoError(t, err)
	root := copyTree(t)
	run := func(args ...string) string {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s:\n%s", strings.Join(args, " "), out)
		return string(out)
	}
	var told []step // those that only the tests of the whole program ask for
	for _, s := range steps(t, string(page)) {
		if s.file == "tests/graph/scraped_test.go" || s.file == "stacks/config/gitops_check.go" {
			told = append(told, s)
			continue
		}
		s.do(t, root)
	}
	require.Len(t, told, 2)
	began := time.Now()
	cmd := exec.Command("go", "test", "-trimpath", "-vet=off", "./tests/graph")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	require.Error(t, err, "the page says that the tests name what is missing")
	require.Contains(t, string(out), "Deployment podinfo: nothing says how it is watched")
	require.Contains(t, string(out), "demo is the platform's own")

	for _, s := range told {
		s.do(t, root)
	}
	run("go", "test", "-trimpath", "-vet=off", "./tests/graph", "-run", "TestURNs", "-update") // of make generate
	run("go", "test", "-trimpath", "-vet=off", "./components/podinfo", "./internal/pins", "./tests/graph")
	require.Empty(t, run("gofmt", "-l", "components/podinfo", "infra/demo", "stacks", "internal/pins"))
	t.Logf("a component added by the letter of CONTRIBUTING.md: built and tested, red and then green, in %s", time.Since(began).Round(time.Second))
}
