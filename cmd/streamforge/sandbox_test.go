package main

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/sandbox"
	"github.com/streamforge/infrastructure/internal/stackfile"
	"github.com/streamforge/infrastructure/stacks/config"
)

// derive writes the sandbox's project from the committed stack file, twice with different ports.
func derive(t *testing.T, dir string, port int) string {
	t.Helper()
	sb, err := sandbox.Open(dir)
	require.NoError(t, err)
	file, err := stackfile.Read("../../Pulumi.sandbox.yaml")
	require.NoError(t, err)
	require.NoError(t, writeProject(sb, dir, file, sandbox.Endpoints{
		ProxmoxURL: "https://127.0.0.1:41006", APIAddress: netip.MustParseAddr("127.53.0.10"), APIPort: port,
		MirrorDir: filepath.Join(sb.Dir(), "mirror"),
	}))
	raw, err := os.ReadFile(filepath.Join(sb.Project(), "Pulumi.sandbox.yaml"))
	require.NoError(t, err)
	return string(raw)
}

func TestSandboxProject(t *testing.T) {
	dir := t.TempDir()
	got := derive(t, dir, 41007)
	require.Contains(t, got, "    endpoint: https://127.0.0.1:41006\n")
	require.Contains(t, got, "    apiPort: 41007\n")
	require.Contains(t, got, "    mirror: "+dir+"/.sandbox/mirror\n")

	project, err := os.ReadFile(filepath.Join(dir, ".sandbox", "project", "Pulumi.yaml"))
	require.NoError(t, err)
	require.Contains(t, string(project), "name: streamforge\nruntime: go\nmain: ../..\n")

	path := filepath.Join(dir, ".sandbox", "project", "Pulumi.sandbox.yaml")
	secret := "  streamforge:proxmoxToken:\n    secure: v1:abc\nencryptionsalt: v1:salt\n"
	require.NoError(t, os.WriteFile(path, []byte(got+secret), 0o600))
	again := derive(t, dir, 41008)
	require.Equal(t, strings.ReplaceAll(got, "41007", "41008")+secret, again, "secrets and salt stay")
}

func TestNodeFacts(t *testing.T) {
	facts := nodeFacts([]config.NodePool{
		{Role: config.ControlPlane, Nodes: []config.Node{{Name: "k2m-1"}}},
		{Role: config.Worker, Labels: map[string]string{"a": "b"}, Taints: []string{"x=y:NoSchedule"},
			Nodes: []config.Node{{Name: "k2w-1"}, {Name: "k2w-2"}}},
	})
	require.Equal(t, map[string]sandbox.NodeFacts{
		"k2m-1": {ControlPlane: true},
		"k2w-1": {Labels: map[string]string{"a": "b"}, Taints: []string{"x=y:NoSchedule"}},
		"k2w-2": {Labels: map[string]string{"a": "b"}, Taints: []string{"x=y:NoSchedule"}},
	}, facts)
}

func TestSandboxLogs(t *testing.T) {
	dir := repo(t)
	logs := filepath.Join(dir, ".sandbox", "logs")
	require.NoError(t, os.MkdirAll(logs, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(logs, "etcd.log"), []byte("ready\n"), 0o600))
	require.Equal(t, outcome{0, "etcd\n", ""}, run(t, dir, "sandbox", "logs"))
	require.Equal(t, outcome{0, "ready\n", ""}, run(t, dir, "sandbox", "logs", "etcd"))
	require.Equal(t, outcome{exitFailed, "", "error: no log \"kwok\"; there are: etcd\n"},
		run(t, dir, "sandbox", "logs", "kwok"))
}

func TestSandboxIsShieldedFromTheEnvironment(t *testing.T) {
	t.Setenv("PULUMI_CONFIG_PASSPHRASE", "the site's")
	t.Setenv("PULUMI_ACCESS_TOKEN", "the site's")
	t.Setenv("PROXMOX_VE_USERNAME", "root@pam")
	t.Setenv("KUBECONFIG", "/site.conf")
	dir := t.TempDir()
	sb, err := sandbox.Open(dir)
	require.NoError(t, err)
	p := sandboxProject(sb, dir)
	for _, key := range []string{"PULUMI_CONFIG_PASSPHRASE", "PULUMI_ACCESS_TOKEN", "PROXMOX_VE_USERNAME", "KUBECONFIG"} {
		value, replaced := p.Env[key]
		require.True(t, replaced, key)
		require.Empty(t, value, key)
	}
	require.Equal(t, "file://"+dir+"/.sandbox/state?metadata=skip", p.Env["PULUMI_BACKEND_URL"])
	require.True(t, p.Private)
}
