package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/report"
)

// fork is a folder with the stack files and nothing else: no bin/, no sandbox. The process finds no
// program, no home and no passphrase.
func fork(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"Pulumi.yaml", "Pulumi.sandbox.yaml", "Pulumi.homelab.yaml"} {
		raw, err := os.ReadFile(filepath.Join("../..", name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), raw, 0o600))
	}
	t.Setenv("PATH", "/nowhere")
	t.Setenv("HOME", "/nowhere")
	return dir
}

// edit changes the stack file; pairs of a text and what stands in its place.
func edit(t *testing.T, file string, pairs ...string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	text := string(raw)
	for i := 0; i < len(pairs); i += 2 {
		require.Contains(t, text, pairs[i])
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
}

func readReport(t *testing.T, file string) (r report.Report) {
	t.Helper()
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &r))
	return r
}

func TestOfflineGate(t *testing.T) {
	dir := fork(t)
	stack := filepath.Join(dir, "Pulumi.sandbox.yaml")
	edit(t, stack, "config:\n", "config:\n  streamforge:telegramToken: {secure: v1:MARKED}\n")
	got := run(t, dir, "gate", "--offline", "--graph", "base.json", "--markdown", "note.md")
	require.Zero(t, got.code, got.err)
	first := readReport(t, filepath.Join(dir, "gate-report.json"))
	assert.Equal(t, "promises-kept", first.Verdict)
	assert.True(t, first.Offline)
	assert.Empty(t, first.Fingerprint)
	assert.Greater(t, first.Counts["same"], 300, "the whole platform is looked at")
	assert.Contains(t, strings.Join(first.Unchecked, "\n"), "telegramToken")
	graph, err := os.ReadFile(filepath.Join(dir, "base.json"))
	require.NoError(t, err)
	for _, never := range []string{"MARKED", "BEGIN ", filepath.Join(os.TempDir(), "charts-")} { // secrets, keys, folders of this machine
		assert.False(t, strings.Contains(string(graph), never), never)
	}

	whole, err := os.ReadFile(stack)
	require.NoError(t, err)
	for _, c := range []struct {
		name       string
		edits      []string
		code       int
		item, says string
	}{
		{"nothing", nil, gate.ExitNoChanges, "", ""},
		{"topic deleted", []string{"      - {name: market.signals, partitions: 6}\n", "", "writes: [market.signals, models.events]", "writes: [models.events]"},
			gate.ExitDenied, "delete KafkaTopic k3-market.signals", "every record in it is deleted"},
		{"lag", []string{"lag: 500", "lag: 600"}, gate.ExitAllowed, "update ScaledObject streams-signals", ""},
		{"class renamed", []string{"class: nfs-client", "class: nfs-fast"}, gate.ExitDenied, "replace PersistentVolumeClaim technitium-state", "its volume may be deleted"},
		{"chart's values", []string{"path: /data0/k2", "path: /data1/k2"}, gate.ExitNeedsApproval, "update Release nfs-provisioner", "release nfs-provisioner: the real charts were not fetched"},
		{"configuration", []string{"address: 127.53.0.133", "address: 127.53.0.131"}, gate.ExitPreviewFailed, "", "127.53.0.131 is already used by"},
		{"unknown key", []string{"cluster: true #", "clusters: true #"}, gate.ExitPreviewFailed, "", "handover.clusters: unknown key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			edit(t, stack, c.edits...)
			t.Cleanup(func() { require.NoError(t, os.WriteFile(stack, whole, 0o600)) })
			got := run(t, dir, "gate", "--offline", "--base", "base.json")
			r := readReport(t, filepath.Join(dir, "gate-report.json"))
			raw, err := json.Marshal(r)
			require.NoError(t, err)
			require.Equal(t, c.code, got.code, "%s\n%s", got.err, raw)
			var items []string
			for _, i := range r.Items {
				items = append(items, i.Op+" "+i.Kind+" "+i.Name)
			}
			if c.item != "" {
				assert.Contains(t, items, c.item)
			}
			assert.Contains(t, string(raw), c.says)
		})
	}
	require.Zero(t, run(t, dir, "gate", "--offline", "--base", "base.json").code)
	got = run(t, dir, "up", "--yes", "--approved", "gate-report.json")
	assert.Equal(t, exitRefused, got.code)
	assert.Contains(t, got.err, "the report was made offline")
}

func TestOfflineGateRefuses(t *testing.T) {
	dir := fork(t)
	for want, args := range map[string][]string{
		"--graph and --base need --offline":          {"--graph", "g.json"},
		"there is no ":                               {"--offline", "-s", "nowhere"},
		"graph: open none.json":                      {"--offline", "--base", "none.json"},
		"graph Pulumi.yaml: not a graph":             {"--offline", "--base", "Pulumi.yaml"},
		`it is of stack "homelab", not of "sandbox"`: {"--offline", "--base", "homelab.json"},
	} {
		require.Zero(t, run(t, dir, "gate", "--offline", "-s", "homelab", "--graph", "homelab.json").code)
		got := run(t, dir, append([]string{"gate"}, args...)...)
		assert.Equal(t, gate.ExitGateFailed, got.code, want)
		assert.Contains(t, got.err, want)
	}
}
