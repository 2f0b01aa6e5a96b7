package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/doctor"
	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/planned"
	"github.com/streamforge/infrastructure/internal/sandbox"
	"github.com/streamforge/infrastructure/internal/vault"
	"github.com/streamforge/infrastructure/stacks/config"
)

func TestDoctorFindings(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 0, 0, time.Local)
	parts := []sandbox.PartStatus{{Name: "etcd", State: "dead"}, {Name: "kwok", State: "running"}}
	s := "`streamforge sandbox start` restarts it with the state it has, `streamforge sandbox stop` ends the rest"
	for name, c := range map[string]struct{ got, want doctor.Finding }{
		"running":  {sandboxFinding(sandbox.Status{State: sandbox.Running, StartedAt: at, MemoryBytes: 3 << 20}, nil), doctor.Fine("running since 2026-01-02 03:04, 0 parts, 3 MiB")},
		"stopped":  {sandboxFinding(sandbox.Status{State: sandbox.Stopped}, nil), doctor.Fine("stopped; `make up` starts it")},
		"degraded": {sandboxFinding(sandbox.Status{State: sandbox.Degraded, Parts: parts}, nil), doctor.Bad(s, "degraded; dead: etcd; still there: kwok")},
		"crashed":  {sandboxFinding(sandbox.Status{State: sandbox.Crashed, Parts: parts[:1]}, nil), doctor.Bad(s, "crashed; dead: etcd")},
		"starting": {sandboxFinding(sandbox.Status{State: sandbox.Starting}, nil), doctor.Warn("wait until that is done, and look again", "starting")},
		"unknown":  {sandboxFinding(sandbox.Status{}, errors.New("run.json: damaged; remove the file")), doctor.Bad("", "run.json: damaged; remove the file")},
		"open":     {vaultFinding("dev", "https://v", vault.State{Initialized: true, Version: "1.21.1"}, true), doctor.Fine("https://v is open, version 1.21.1")},
		"sealed": {vaultFinding("dev", "https://v", vault.State{Initialized: true, Sealed: true, Threshold: 3, Given: 1}, true),
			doctor.Bad("run `streamforge vault unseal -s dev`", "https://v is sealed, 1 of 3 shares are given")},
		"empty": {vaultFinding("dev", "https://v", vault.State{Sealed: true}, false), doctor.Warn("run `streamforge vault init -s dev`", "https://v is not initialised")},
		"not handed over": {vaultFinding("dev", "https://v", vault.State{Initialized: true}, false),
			doctor.Warn("run `streamforge vault handover -s dev`", "https://v is open, but not handed over")},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, c.got) })
	}
}

func TestDoctorComparesPromisesWithWhatIsStored(t *testing.T) {
	for name, c := range map[string]struct {
		file  string
		level doctor.Level
		text  string
	}{
		"nothing yet":       {"  streamforge:handover: {cluster: false}\n", doctor.OK, "only machines"},
		"promised only":     {"  streamforge:handover: {cluster: true}\n", doctor.Problem, "handover.cluster is true, but no kubeconfig is stored"},
		"stored only":       {"  streamforge:handover: {cluster: false}\n  streamforge:kubeconfig: {secure: v1:x}\n", doctor.Warning, "a kubeconfig is stored, but handover.cluster is false"},
		"both":              {"  streamforge:handover: {cluster: true}\n  streamforge:kubeconfig: {secure: v1:x}\n", doctor.OK, "Vault's content is not promised"},
		"vault without":     {"  streamforge:handover: {cluster: true, vault: true}\n  streamforge:kubeconfig: {secure: v1:x}\n", doctor.Problem, "no vaultToken is stored"},
		"everything stored": {"  streamforge:handover: {cluster: true, vault: true}\n  streamforge:kubeconfig: {secure: v1:x}\n  streamforge:vaultToken: {secure: v1:x}\n", doctor.OK, "as promised"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.dev.yaml"), []byte("config:\n"+c.file), 0o600))
			p := newPatient(engine.Project{Dir: dir, Stack: "dev"}, nil)
			got := p.handover(t.Context())
			require.Equal(t, c.level, got.Level, got.Text)
			require.Contains(t, got.Text, c.text)
		})
	}
}

func TestDoctorOnKubeconfigs(t *testing.T) {
	var c config.Cluster
	require.NoError(t, json.Unmarshal([]byte(`{"vip": "127.53.83.10", "apiPort": 1}`), &c))
	raw, err := planned.Kubeconfig(c.VIP, c.APIPort)
	require.NoError(t, err)
	expired := clusterFinding(t.Context(), "dev", c.Server(), []byte(raw), true, time.Now().AddDate(30, 0, 0))
	require.Equal(t, doctor.Problem, expired.Level)
	require.Contains(t, expired.Text, "expired on ")
	require.Equal(t, "hand over a good one: `streamforge kubespray handover -s dev FILE`", expired.WayOut)
	for promised, level := range map[bool]doctor.Level{true: doctor.Problem, false: doctor.Warning} {
		gone := clusterFinding(t.Context(), "dev", c.Server(), []byte(raw), promised, time.Now())
		require.Equal(t, level, gone.Level)
		require.Contains(t, gone.Text, "https://127.53.83.10:1: connection refused")
	}
}

// TestDoctorOfAStack goes from a backend that is not there to one that holds the stack.
func TestDoctorOfAStack(t *testing.T) {
	dir := withTools(t)
	at := func(got outcome, check string) string {
		t.Helper()
		var all []doctor.Finding
		require.NoError(t, json.Unmarshal([]byte(got.out), &all), got.out)
		for _, f := range all {
			if f.Check == check && f.Group == "stack dev" {
				return string(f.Level) + ": " + f.Text + "; " + f.WayOut
			}
		}
		require.Fail(t, "no such check", check)
		return ""
	}
	got := run(t, dir, "doctor", "-s", "dev", "--json")
	require.Equal(t, exitNotReady, got.code)
	require.Contains(t, got.err, "error: ")
	require.Contains(t, at(got, "state"), "the state backend holds no such stack yet; "+engine.ToStack("dev"))
	require.Contains(t, at(got, "configuration"), "problem: configuration of stack dev refused, ")
	require.Contains(t, at(got, "configuration"), "\n  compute: section is missing")
	require.Equal(t, "skipped: compute.endpoint cannot be read; ", at(got, "proxmox"))

	engineCLI(t, dir, "stack", "init", "dev")
	engineCLI(t, dir, "config", "set", "--secret", "proxmoxToken", "x", "-s", "dev")
	got = run(t, dir, "doctor", "-s", "dev", "--json")
	require.Contains(t, at(got, "state"), "ok: in file://"+filepath.Join(dir, "state")+" as ")
	require.Equal(t, "ok: the passphrase opens all 1; ", at(got, "secrets"))
	require.Equal(t, "ok: nobody holds it; ", at(got, "lock"))
	require.Contains(t, at(got, "configuration"), "proxmoxToken: must have the form")

	t.Setenv("PULUMI_CONFIG_PASSPHRASE", "wrong")
	got = run(t, dir, "doctor", "-s", "dev", "--json")
	require.Contains(t, at(got, "secrets"), "problem: secrets of dev: wrong passphrase")
	require.NotContains(t, at(got, "configuration"), "proxmoxToken")

	t.Setenv("PULUMI_BACKEND_URL", "file://"+filepath.Join(dir, "gone"))
	require.Contains(t, at(run(t, dir, "doctor", "-s", "dev", "--json"), "state"), "problem: state backend: unable to open bucket")
}

func TestDoctorWithoutASandbox(t *testing.T) {
	dir := repo(t)
	got := run(t, dir, "doctor")
	require.Contains(t, got.out, "  ok       sandbox           stopped; `make up` starts it\n")
	require.Contains(t, got.out, "pulumi is missing")
	require.NotContains(t, got.out, "stack ")
	require.Equal(t, exitNotReady, got.code)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.sandbox.yaml"), []byte("config: {}\n"), 0o600))
	got = run(t, dir, "doctor", "-s", "sandbox")
	require.Contains(t, got.out, "stack sandbox: the sandbox is stopped; run `make up`, or only `streamforge sandbox start`")
	require.Equal(t, exitUsage, run(t, dir, "doctor", "-s", "none").code)
	before := list(t, dir)
	run(t, dir, "doctor", "-s", "sandbox")
	require.Equal(t, before, list(t, dir), "it changes nothing")
}

func list(t *testing.T, dir string) string {
	t.Helper()
	var names []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		names = append(names, path)
		return err
	}))
	return strings.Join(names, "\n")
}

func engineCLI(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command(filepath.Join(dir, "bin", "pulumi"), append(args, "--non-interactive")...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}
