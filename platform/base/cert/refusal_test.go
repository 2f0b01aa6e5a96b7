package cert_test

import (
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRefusals: whatever goes wrong, the message is complete, the request is gone, and
// the folder is as it was, with and without files of an earlier run.
func TestRefusals(t *testing.T) {
	for _, c := range refusalCases {
		t.Run(c.mode, func(t *testing.T) {
			b := newBench(t, c.mode)
			before := []string{"-rw------- ca.crt", "-rw------- grafana.dmz.home.crt", "-rw------- grafana.dmz.home.key"}
			for _, old := range []string{"ca.crt", host + ".crt", host + ".key"} {
				b.write("out/"+old, "old "+old)
			}
			r := b.issue(append(c.args, "--force")...)
			want := "script.sh: error: " + c.what + "\n  way out: " + c.hint + "\n"
			if len(c.calls) > 2 && c.mode != "lost" {
				want = waiting(map[bool]string{true: "1s", false: "2m"}[len(c.args) > 0]) + want
			}
			assert.Equal(t, want, r.stderr)
			assert.Equal(t, c.code, r.code)
			assert.Empty(t, r.stdout)
			assert.Equal(t, c.calls, b.calls())
			assert.NoFileExists(t, filepath.Join(b.root, "state", "request.json"))
			assert.Equal(t, before, b.files())
			for _, old := range []string{"ca.crt", host + ".crt", host + ".key"} {
				assert.Equal(t, "old "+old, b.read("out", old))
			}
		})
	}
}

// TestNewFolderGoes: a folder that the run made does not outlive its failure.
func TestNewFolderGoes(t *testing.T) {
	b := newBench(t, "denied")
	require.NoError(t, os.Remove(b.out))
	assert.Equal(t, 4, b.issue().code)
	assert.Nil(t, b.files())
}

// TestInterrupted: a signal during the wait ends the run at once and leaves nothing.
func TestInterrupted(t *testing.T) {
	for name, c := range map[string]struct {
		signal syscall.Signal
		code   int
	}{"INT": {syscall.SIGINT, 130}, "TERM": {syscall.SIGTERM, 143}, "HUP": {syscall.SIGHUP, 129}} {
		t.Run(name, func(t *testing.T) {
			// A shell cannot trap what was ignored when it started, as under nohup. A signal that this
			// process catches is not ignored in its children.
			caught := make(chan os.Signal, 1)
			signal.Notify(caught, c.signal)
			defer signal.Stop(caught)
			b := newBench(t, "silent")
			cmd := b.command("--name", host, "--out", b.out, "--timeout", "1m")
			require.NoError(t, cmd.Start())
			require.Eventually(t, func() bool { return len(b.calls()) == 3 }, 20*time.Second, 10*time.Millisecond)
			begun := time.Now()
			require.NoError(t, cmd.Process.Signal(c.signal))
			require.Error(t, cmd.Wait())
			assert.Equal(t, c.code, cmd.ProcessState.ExitCode())
			assert.Less(t, time.Since(begun), 20*time.Second, "the wait has a minute left")
			assert.Equal(t, atWatch, b.calls())
			assert.Empty(t, b.files())
		})
	}
}
