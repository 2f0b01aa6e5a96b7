package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/drift"
	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/tests/need"
)

// playing is the variable that lets the test binary play another: the command, or one that never ends by itself.
const playing = "STREAMFORGE_TEST_PLAYS"

func TestMain(m *testing.M) {
	switch os.Getenv(playing) {
	case "command":
		main()
	case "endless":
		_, _, _ = interruptible(os.Stderr)
		fmt.Fprintln(os.Stderr, "begun")
		select {}
	}
	os.Exit(m.Run())
}

// play prepares a process of the test binary, which is killed when it takes too long.
func play(t *testing.T, what string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = append(os.Environ(), playing+"="+what)
	return cmd
}

// outcome is what a person sees of a run.
type outcome struct {
	code     int
	out, err string
}

// run executes a command line in the folder dir, without a terminal.
func run(t *testing.T, dir string, args ...string) outcome {
	t.Helper()
	return runUntil(t.Context(), t, dir, args...)
}

// runUntil is run with a context of the caller's, which ends at Ctrl-C.
func runUntil(ctx context.Context, t *testing.T, dir string, args ...string) outcome {
	t.Helper()
	t.Chdir(dir)
	var out, errs bytes.Buffer
	root := newRootCmd(&app{out: &out, err: &errs, in: strings.NewReader("")})
	root.SetArgs(args)
	code := exitCode(ctx, &errs, root.ExecuteContext(ctx))
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
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		err       error
		code      int
		cancelled int // the code after Ctrl-C
	}{
		{nil, 0, 0},
		{errors.New("plain"), 1, 130},
		{problem(engine.Failed), 1, 130},
		{usageError{errors.New("bad flag")}, 2, 130},
		{problem(engine.Refused), 3, 130},
		{problem(engine.Changes), 4, 130},
		{problem(engine.Locked), 5, 130},
		{problem(engine.NotReady), 6, 130},
		{problem(engine.Cancelled), 130, 130},
		{verdict{"judged", 20}, 20, 20},
	} {
		var b bytes.Buffer
		require.Equal(t, c.code, exitCode(t.Context(), &b, c.err), "%v", c.err)
		if c.err != nil {
			require.Equal(t, "error: "+c.err.Error()+"\n", b.String())
		}
		require.Equal(t, c.cancelled, exitCode(ended, &b, c.err), "%v", c.err)
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
	need.Toolchain(t, bin, "pulumi")
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

// TestThirdInterruptEndsTheProcess, whatever it is doing.
func TestThirdInterruptEndsTheProcess(t *testing.T) {
	cmd := play(t, "endless")
	out, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	said := bufio.NewScanner(out)
	for _, wanted := range []string{"begun", "cancelling", "stopping at once"} {
		for said.Scan() && !strings.HasPrefix(said.Text(), wanted) {
		}
		require.NoError(t, said.Err())
		require.Contains(t, said.Text(), wanted)
		require.NoError(t, cmd.Process.Signal(os.Interrupt))
	}
	_ = cmd.Wait() // it was ended by a signal
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	require.True(t, status.Signaled())
	require.Equal(t, syscall.SIGINT, status.Signal())
}

// TestReaderThatIsGone: the `tee` behind a pipe gets the same Ctrl-C. That must not kill the command,
// which may have to wait for the engine.
func TestReaderThatIsGone(t *testing.T) {
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, reader.Close())
	defer writer.Close()
	cmd := play(t, "command", "version")
	var errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = writer, &errs
	_ = cmd.Run() // judged by its code
	require.Equal(t, exitFailed, cmd.ProcessState.ExitCode(), "%v", cmd.ProcessState)
	require.Contains(t, errs.String(), "broken pipe")

	cmd = play(t, "command", "version", "extra")
	cmd.Stdout, cmd.Stderr = writer, writer // as in 2>&1 | tee
	_ = cmd.Run()
	require.Equal(t, exitUsage, cmd.ProcessState.ExitCode(), "%v", cmd.ProcessState)
}

func TestCancelledBeforeAnythingIsDone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := fork(t)
	report := filepath.Join(dir, "gate-report.json")
	require.NoError(t, os.WriteFile(report, []byte("an earlier one"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "bin"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bin", "pulumi"), nil, 0o700)) //nolint:gosec // must run
	for _, args := range [][]string{{"graph"}, {"gate", "--offline"}, {"gate", "-s", "homelab"}, {"drift", "-s", "homelab"}, {"mirror", "pull", "charts", "--lock", "lock.json"}} {
		got := runUntil(ctx, t, dir, args...)
		require.Equal(t, exitCancelled, got.code, "%v: %s", args, got.err)
		require.Empty(t, got.out, "%v", args)
		raw, err := os.ReadFile(report)
		require.NoError(t, err)
		require.Equal(t, "an earlier one", string(raw), "%v", args)
	}
}
