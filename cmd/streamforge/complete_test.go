package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCompletion(t *testing.T) {
	dir := repo(t)
	put := func(path, content string) {
		t.Helper()
		path = filepath.Join(dir, path)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	state := `{"version": 3, "checkpoint": {"latest": {"resources": [
		{"urn": "urn:pulumi:dev::streamforge::pulumi:pulumi:Stack::x", "type": "pulumi:pulumi:Stack", "outputs": {"kafka": {}, "nextStep": "x"}},
		{"urn": "urn:pulumi:dev::streamforge::tls:index/privateKey:PrivateKey::k3-user-a", "type": "tls:index/privateKey:PrivateKey"},
		{"urn": "urn:pulumi:dev::streamforge::tls:index/privateKey:PrivateKey::k3-user-b", "type": "tls:index/privateKey:PrivateKey"}]}}}`
	put("Pulumi.sandbox.yaml", "config: {}\n")
	put("state/.pulumi/stacks/streamforge/dev.json", state)
	put(".sandbox/state/.pulumi/stacks/streamforge/sandbox.json", state)
	put(".sandbox/logs/etcd.log", "")
	put(".sandbox/logs/kwok.log", "")
	t.Setenv("PULUMI_BACKEND_URL", "file://"+filepath.Join(dir, "state"))
	t.Setenv("PATH", t.TempDir()) // nothing may be run
	const noFiles = ":4\n"        // the directive of cobra
	for line, want := range map[string]string{
		"preview -s ":             "dev\nsandbox\n" + noFiles,
		"preview -s d":            "dev\n" + noFiles,
		"up --charts ":            "upstream\nsandbox\n" + noFiles,
		"outputs -s dev ":         "kafka\nnextStep\n" + noFiles,
		"outputs n":               "nextStep\n" + noFiles, // of the sandbox
		"outputs -s dev kafka ":   noFiles,
		"rotate -s dev ":          "k3-user-a\nk3-user-b\n" + noFiles,
		"rotate -s dev k3-user-a": "k3-user-a\n" + noFiles,
		"rotate k3-user-a k":      "k3-user-b\n" + noFiles,
		"rotate -s other ":        noFiles,
		"sandbox logs ":           "etcd\nkwok\n" + noFiles,
		"doctor ":                 noFiles,
		"graph --svg ":            ":0\n", // a file
		"kubespray handover ":     ":0\n",
	} {
		t.Run(line, func(t *testing.T) {
			words := strings.Split(line, " ")
			got := run(t, dir, append([]string{"__complete"}, words...)...)
			require.Equal(t, want, got.out, got.err)
		})
	}
	require.Contains(t, run(t, dir, "__complete", "sand").out, "sandbox\tThe platform's surroundings on this machine\n")

	t.Setenv("PULUMI_BACKEND_URL", "s3://states")
	require.Equal(t, noFiles, run(t, dir, "__complete", "outputs", "-s", "dev", "").out)
}

func TestCompletionScripts(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		got := run(t, t.TempDir(), "completion", shell)
		require.Zero(t, got.code)
		require.Contains(t, got.out, "streamforge")
	}
	require.Equal(t, exitUsage, run(t, t.TempDir(), "completion", "csh").code)
}
