package main

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCancelledPreviewIsNotJudged: the engine is interrupted while it previews.
func TestCancelledPreviewIsNotJudged(t *testing.T) {
	dir := fork(t)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache")) // for the log
	file, begun := filepath.Join(dir, "gate-report.json"), filepath.Join(dir, "begun")
	require.NoError(t, os.WriteFile(file, []byte("an earlier one"), 0o600))
	require.NoError(t, syscall.Mkfifo(begun, 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "bin"), 0o700))
	engine := "#!/bin/sh\ncase \" $* \" in\n*\" version \"*) echo v" + sdk.Version.String() + ";;\n" +
		"*\" preview \"*) echo > '" + begun + "'; exec /bin/sleep 600;;\nesac\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bin", "pulumi"), []byte(engine), 0o700)) //nolint:gosec // must run
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		_, _ = os.ReadFile(begun) // waits for the engine
		cancel()
	}()
	got := runUntil(ctx, t, dir, "gate", "-s", "homelab")
	assert.Equal(t, exitCancelled, got.code, got.err)
	assert.Empty(t, got.out)
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "an earlier one", string(raw))
}
