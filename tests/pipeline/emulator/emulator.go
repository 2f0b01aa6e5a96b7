// Package emulator brings gitlab-ci-local, which runs pipelines for tests without a GitLab.
package emulator

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/tests/need"
)

//go:embed package.json package-lock.json .npmrc
var lock embed.FS

// Needs asks for programs: .ci/run installs them all.
func Needs(t *testing.T, tools ...string) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs programs, some fetched from npm and PyPI")
	}
	for _, tool := range tools {
		need.Program(t, tool)
	}
}

// Dir returns the folder of the emulator's program, index.js, installed once a lock file into the
// user's cache. It holds GitLab's own JSON Schema of .gitlab-ci.yml too.
func Dir(t *testing.T) string {
	t.Helper()
	Needs(t, "node", "npm", "rsync", "git")
	dir, err := installed()
	require.NoError(t, err)
	return filepath.Join(dir, "node_modules", "gitlab-ci-local", "src")
}

var installed = sync.OnceValues(func() (string, error) {
	pin, err := lock.ReadFile("package-lock.json")
	if err != nil {
		return "", err
	}
	dir, err := CacheDir(fmt.Sprintf("emulator-%x", sha256.Sum256(pin))[:25])
	if err != nil {
		return "", err
	}
	return dir, Install(dir, func(into string) error {
		if err := os.CopyFS(into, lock); err != nil {
			return err
		}
		return Run(into, "npm", "ci", "--silent")
	})
})

// CacheDir is where a tool of that name is kept between runs.
func CacheDir(name string) (string, error) {
	cache, err := os.UserCacheDir()
	return filepath.Join(cache, "streamforge", "pipeline", name), err
}

// Install fills dir once: work happens beside it, so that dir is whole or absent.
func Install(dir string, fill func(into string) error) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), "tmp-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := fill(tmp); err != nil {
		return err
	}
	if err := os.Rename(tmp, dir); err != nil {
		if _, there := os.Stat(dir); there != nil {
			return err
		}
	}
	return nil
}

// Run runs a program in a folder; its output is in the error.
func Run(dir, program string, args ...string) error {
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, bytes.TrimSpace(out))
	}
	return nil
}
