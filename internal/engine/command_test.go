package engine

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/process"
)

// fakeCLI is a pulumi command that answers as the body of a shell's `case` on its first argument says.
func fakeCLI(t *testing.T, body string) Project {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\nshift\ncase \"$1 $2\" in\n'version '*) echo v3.256.0;;\n" + body + "\nesac\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pulumi"), []byte(script), 0o700)) //nolint:gosec // must run
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte(projectFile), 0o600))
	return Project{Dir: dir, Stack: "dev", Bin: dir}
}

func TestFailedCLITakesItsPluginsAlong(t *testing.T) {
	p := fakeCLI(t, "*) sleep 600 >/dev/null 2>&1 & echo $!; exit 1;;")
	c, err := newCommand(t.Context(), p)
	require.NoError(t, err)
	out, _, code, err := c.Run(t.Context(), p.Dir, nil, nil, nil, nil, "up")
	require.Error(t, err)
	require.Equal(t, 1, code)
	pid, err := strconv.Atoi(strings.TrimSpace(out))
	require.NoError(t, err)
	t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) })
	gone := func() bool { _, err := process.Identify(pid); return err != nil }
	require.Eventually(t, gone, 10*time.Second, 10*time.Millisecond)
}

// TestOthersSetTheCollector: what the project or the process's environment says counts more.
func TestOthersSetTheCollector(t *testing.T) {
	for want, set := range map[string]struct{ process, project string }{"200": {}, "50": {process: "50"}, "off": {"50", "off"}} {
		t.Run(want, func(t *testing.T) {
			if t.Setenv("GOGC", set.process); set.process == "" {
				require.NoError(t, os.Unsetenv("GOGC"))
			}
			p := fakeCLI(t, "*) echo $GOGC;;")
			if set.project != "" {
				p.Env = map[string]string{"GOGC": set.project}
			}
			c, err := newCommand(t.Context(), p)
			require.NoError(t, err)
			out, _, _, err := c.Run(t.Context(), p.Dir, nil, nil, nil, nil, "up")
			require.NoError(t, err)
			require.Equal(t, want+"\n", out)
		})
	}
}

// TestQuestionsAfterAnOperationAreSpared: of these the Automation API asks, and nobody reads what the CLI would say.
func TestQuestionsAfterAnOperationAreSpared(t *testing.T) {
	p := fakeCLI(t, "*) echo ran $*;;")
	c, err := newCommand(t.Context(), p)
	require.NoError(t, err)
	ask := func(args ...string) string {
		out, _, code, err := c.Run(t.Context(), p.Dir, nil, nil, nil, nil, args...)
		require.NoError(t, err)
		require.Zero(t, code)
		return strings.TrimSpace(out)
	}
	plain, secret, history := []string{"stack", "output", "--json"}, []string{"stack", "output", "--json", "--show-secrets"}, []string{"stack", "history", "--json"}
	for _, args := range [][]string{plain, secret, history} {
		require.Equal(t, "ran "+strings.Join(args, " "), ask(args...))
	}
	c.brief = true
	require.Equal(t, "ran stack output --json", ask(plain...))
	require.Equal(t, "ran stack output --json", ask(secret...), "as the question before was answered")
	require.Equal(t, "[]", ask(history...))
	require.Equal(t, "ran stack export --show-secrets", ask("stack", "export", "--show-secrets"))
}

// TestReaderThatLeftStopsNothing: what the CLI says is written to the end of its log though a terminal is gone.
func TestReaderThatLeftStopsNothing(t *testing.T) {
	p := fakeCLI(t, "*) i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i+1)); done;;")
	c, err := newCommand(t.Context(), p)
	require.NoError(t, err)
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, reader.Close())
	t.Cleanup(func() { writer.Close() })
	c.verbose = writer
	out, _, _, err := c.Run(t.Context(), p.Dir, nil, nil, nil, nil, "up")
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(out, "\n19999\n"))
}

// TestFullDiskOfTheLogStopsNothing: the state may be elsewhere.
func TestFullDiskOfTheLogStopsNothing(t *testing.T) {
	p := fakeCLI(t, "*) i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i+1)); done;;")
	c, err := newCommand(t.Context(), p)
	require.NoError(t, err)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full here")
	}
	defer full.Close()
	c.log = full
	out, _, _, err := c.Run(t.Context(), p.Dir, nil, nil, nil, nil, "up")
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(out, "\n19999\n"))
}

// TestACallLeavesOthersAlone: checks of one stack run side by side, and some of them fail.
func TestACallLeavesOthersAlone(t *testing.T) {
	p := fakeCLI(t, "'whoami '*) exit 1;;\n*) echo > begun; read go < go; echo '{}';;")
	for _, name := range []string{"begun", "go"} {
		require.NoError(t, syscall.Mkfifo(filepath.Join(p.Dir, name), 0o600))
	}
	l, err := NewLook(t.Context(), p)
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() {
		_, err := l.State(t.Context())
		ended <- err
	}()
	_, err = os.ReadFile(filepath.Join(p.Dir, "begun"))
	require.NoError(t, err)
	_, err = l.Backend(t.Context())
	require.Error(t, err)
	f, err := os.OpenFile(filepath.Join(p.Dir, "go"), os.O_RDWR, 0) // does not wait for a reader that was killed
	require.NoError(t, err)
	defer f.Close()
	_, err = f.WriteString("\n")
	require.NoError(t, err)
	require.NoError(t, <-ended)
}

func TestAnEarlierRunExplainsNothing(t *testing.T) {
	p := fakeCLI(t, "*) echo 'error: the disk is full' >&2; exit 1;;")
	c, err := newCommand(t.Context(), p)
	require.NoError(t, err)
	_, _, _, err = c.Run(t.Context(), p.Dir, nil, nil, nil, nil, "up")
	require.Error(t, err)
	require.NotEmpty(t, c.last)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, _, err = c.Run(ctx, p.Dir, nil, nil, nil, nil, "up")
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, c.last)
}

// TestSecretsAreStoredWhole: Ctrl-C while the CLI writes the stack's file lets it end, and begins no other.
func TestSecretsAreStoredWhole(t *testing.T) {
	p := fakeCLI(t, "'stack '*) ;;\n'config set') echo >> begun; read go < go; echo \"$3\" >> stored;;\n'config '*) echo '{}';;")
	for _, name := range []string{"begun", "go"} {
		require.NoError(t, syscall.Mkfifo(filepath.Join(p.Dir, name), 0o600))
	}
	s, err := Open(t.Context(), p, nil)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	released := make(chan error, 1)
	go func() {
		_, err := os.ReadFile(filepath.Join(p.Dir, "begun"))
		cancel()
		if err == nil {
			err = os.WriteFile(filepath.Join(p.Dir, "go"), []byte("\n"), 0)
		}
		released <- err
	}()
	err = s.SetSecrets(ctx, map[string]string{"a": "1", "b": "2"})
	require.Equal(t, Cancelled, KindOf(err), "%v", err)
	stored, err := os.ReadFile(filepath.Join(p.Dir, "stored"))
	require.NoError(t, err)
	require.Equal(t, "a\n", string(stored))
	require.NoError(t, <-released)
}
