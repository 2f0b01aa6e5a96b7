package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/drift"
	"github.com/streamforge/infrastructure/internal/engine"
)

// outcome is what a person sees of a run.
type outcome struct {
	code     int
	out, err string
}

// run executes a command line in the folder dir, without a terminal.
func run(t *testing.T, dir string, args ...string) outcome {
	t.Helper()
	t.Chdir(dir)
	var out, errs bytes.Buffer
	root := newRootCmd(&app{out: &out, err: &errs, in: strings.NewReader("")})
	root.SetArgs(args)
	code := exitCode(&errs, root.ExecuteContext(t.Context()))
	return outcome{code, out.String(), errs.String()}
}

// repo is a folder that looks like the repository, with a stack dev.
func repo(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"Pulumi.yaml":     "name: streamforge\nruntime: go\n",
		"Pulumi.dev.yaml": "config:\n  streamforge:site:\n    domain: dmz home\n    colour: blue\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	return dir
}

func TestExitCodes(t *testing.T) {
	problem := func(k engine.Kind) error {
		return fmt.Errorf("outer: %w", &engine.Problem{Kind: k, What: "up", Why: "why", WayOut: "way out"})
	}
	for _, c := range []struct {
		err  error
		code int
	}{
		{nil, 0},
		{errors.New("plain"), 1},
		{problem(engine.Failed), 1},
		{usageError{errors.New("bad flag")}, 2},
		{problem(engine.Refused), 3},
		{problem(engine.Changes), 4},
		{problem(engine.Locked), 5},
		{problem(engine.NotReady), 6},
		{problem(engine.Cancelled), 130},
	} {
		var b bytes.Buffer
		require.Equal(t, c.code, exitCode(&b, c.err), "%v", c.err)
		if c.err != nil {
			require.Equal(t, "error: "+c.err.Error()+"\n", b.String())
		}
	}
}

func TestUsageErrors(t *testing.T) {
	dir := repo(t)
	for _, c := range []struct {
		args string
		want string
	}{
		{"fly", "unknown command \"fly\"; `streamforge --help` lists them"},
		{"sandbox fly", "unknown command \"fly\"; see `streamforge sandbox --help`"},
		{"up --fly", "unknown flag: --fly; see `streamforge up --help`"},
		{"up extra", "unknown command \"extra\" for \"streamforge up\"; see `streamforge up --help`"},
		{"outputs a b", "accepts at most 1 arg(s), received 2; see `streamforge outputs --help`"},
		{"up", "up: there is no terminal to ask on; add --yes"},
		{"destroy --yes", "destroy: say which stack, for example -s sandbox"},
		{"preview -s none", "stack none: there is no Pulumi.none.yaml in " + dir},
	} {
		t.Run(c.args, func(t *testing.T) {
			got := run(t, dir, strings.Fields(c.args)...)
			require.Equal(t, outcome{exitUsage, "", "error: " + c.want + "\n"}, got)
		})
	}
	got := run(t, t.TempDir(), "preview")
	require.Equal(t, exitUsage, got.code)
	require.Contains(t, got.err, "run streamforge inside the repository")
}

func TestSandboxMustRun(t *testing.T) {
	for _, args := range [][]string{{"preview"}, {"up", "--yes"}, {"outputs"}, {"destroy", "-s", "sandbox", "--yes"}} {
		got := run(t, repo(t), args...)
		require.Equal(t, outcome{exitNotReady, "", "error: stack sandbox: the sandbox is stopped; " +
			"run `make up`, or only `streamforge sandbox start`\n"}, got)
	}
	got := run(t, repo(t), "sandbox", "status")
	require.Equal(t, exitOK, got.code)
	require.Contains(t, got.out, ": stopped\n")
}

func TestToolsMustBeThere(t *testing.T) {
	got := run(t, repo(t), "sandbox", "start")
	require.Equal(t, exitNotReady, got.code)
	require.Contains(t, got.err, "error: toolchain: ")
	require.Contains(t, got.err, "pulumi is missing")

	t.Setenv("PATH", t.TempDir())
	got = run(t, repo(t), "preview", "-s", "dev")
	require.Equal(t, exitNotReady, got.code)
	require.Contains(t, got.err, "there is no pulumi command in ")
}

// withTools gives a repository the tools of this one and a state of its own.
func withTools(t *testing.T) string {
	t.Helper()
	bin, err := filepath.Abs("../../bin")
	require.NoError(t, err)
	if _, err := os.Stat(filepath.Join(bin, "pulumi")); err != nil {
		t.Skipf("needs bin/pulumi (make tools): %v", err)
	}
	dir := repo(t)
	require.NoError(t, os.Symlink(bin, filepath.Join(dir, "bin")))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "state"), 0o755))
	t.Setenv("PULUMI_BACKEND_URL", "file://"+filepath.Join(dir, "state"))
	t.Setenv("PULUMI_HOME", filepath.Join(dir, "home"))
	t.Setenv("PULUMI_CONFIG_PASSPHRASE", "x")
	t.Setenv("PULUMI_SKIP_UPDATE_CHECK", "1")
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	return dir
}

func TestRefusedConfiguration(t *testing.T) {
	dir := withTools(t)
	got := run(t, dir, "preview", "-s", "dev")
	require.Equal(t, exitNotReady, got.code, got.err)
	require.Contains(t, got.err, "holds no stack dev; ")
	engineCLI(t, dir, "stack", "init", "dev")
	got = run(t, dir, "preview", "-s", "dev")
	require.Equal(t, exitRefused, got.code, got.err)
	require.Contains(t, got.err, "error: preview of dev: configuration of stack dev refused, ")
	require.Contains(t, got.err, "\n  site.colour: ")
	require.Contains(t, got.err, "\n  compute: section is missing")
	require.NotContains(t, got.err, "goroutine")

	got = run(t, dir, "preview", "-s", "dev", "--charts", "nowhere")
	require.Equal(t, exitUsage, got.code)
	require.Contains(t, got.err, "--charts nowhere: not a folder, not an address, nor one of: upstream, sandbox")
}

func TestOutputsOfAnEmptyStack(t *testing.T) {
	dir := withTools(t)
	engineCLI(t, dir, "stack", "init", "dev")
	got := run(t, dir, "outputs", "-s", "dev", "--json")
	require.Equal(t, outcome{0, "{}\n", ""}, got)
	got = run(t, dir, "outputs", "-s", "dev", "nextStep")
	require.Equal(t, outcome{exitFailed, "", "error: stack dev has no output \"nextStep\"; it has: []\n"}, got)
	got = run(t, dir, "destroy", "-s", "dev", "--yes")
	require.Equal(t, outcome{0, "stack dev has no resources\n", ""}, got)
	got = run(t, dir, "drift", "-s", "dev")
	require.Equal(t, drift.ExitError, got.code)
	require.Contains(t, got.err, "stack dev: there is nothing in its state; is PULUMI_BACKEND_URL the one that it was deployed with?")
}

func TestInterruptible(t *testing.T) {
	var said bytes.Buffer
	ctx, abort, stop := interruptible(&said)
	defer stop()
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGINT))
	<-ctx.Done()
	require.ErrorIs(t, ctx.Err(), context.Canceled)
	select {
	case <-abort:
		t.Fatal("one interrupt must not abort")
	default:
	}
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGTERM))
	<-abort
	require.Contains(t, said.String(), "Ctrl-C again stops at once")
}
