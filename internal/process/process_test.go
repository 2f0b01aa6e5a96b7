package process

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shell runs a script as a process of a fresh group.
func shell(t *testing.T, script string, edit func(*Spec)) *Process {
	t.Helper()
	g := NewGroup()
	t.Cleanup(func() {
		assert.NoError(t, g.Stop())
		g.Close()
	})
	spec := Spec{Name: "thing", Path: "/bin/sh", Args: []string{"-c", script}, LogFile: filepath.Join(t.TempDir(), "thing.log")}
	if edit != nil {
		edit(&spec)
	}
	p, err := g.Start(spec)
	require.NoError(t, err)
	return p
}

func never(context.Context) error { return errors.New("not yet") }

func TestCrashNamesProcessStatusAndEndOfLog(t *testing.T) {
	p := shell(t, "echo first; echo 'bind: address in use' >&2; exit 3", func(s *Spec) { s.Ready = never })
	err := p.WaitReady(context.Background())
	var exit *Exit
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, "exit status 3", exit.Status)
	assert.Equal(t, []string{"first", "bind: address in use"}, exit.Tail)
	exit.After = 1500 * time.Millisecond
	assert.Equal(t, `thing: ended with "exit status 3" after 1.5s; end of `+p.Spec.LogFile+":\n    first\n    bind: address in use", exit.Error())
	assert.Equal(t, exit, p.Crash())
}

func TestNotReadyTellsLastAnswerAndLog(t *testing.T) {
	p := shell(t, "echo loading; exec sleep 60", func(s *Spec) {
		s.ReadyWithin = 300 * time.Millisecond
		s.Ready = never
	})
	err := p.WaitReady(context.Background())
	assert.EqualError(t, err, "thing: not ready within 300ms: not yet; end of "+p.Spec.LogFile+":\n    loading")
}

func TestStopIsNoCrash(t *testing.T) {
	p := shell(t, "exec sleep 60", nil)
	require.NoError(t, p.Stop())
	assert.Nil(t, p.Crash())
	assert.False(t, p.ID.Alive())
}

func TestStopKillsWhatDoesNotListen(t *testing.T) {
	ready := filepath.Join(t.TempDir(), "ready")
	p := shell(t, `trap "" TERM; touch `+ready+`; while :; do sleep 60; done`, func(s *Spec) {
		s.StopWithin = 200 * time.Millisecond
		s.Ready = func(context.Context) error { _, err := os.Stat(ready); return err }
	})
	require.NoError(t, p.WaitReady(context.Background()))
	begin := time.Now()
	require.NoError(t, p.Stop())
	assert.GreaterOrEqual(t, time.Since(begin), 200*time.Millisecond)
	assert.False(t, p.ID.Alive())
}

func TestLogOfTheRunBeforeIsKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "logs", "thing.log")
	for _, text := range []string{"one", "two"} {
		p := shell(t, "echo "+text, func(s *Spec) { s.LogFile = file })
		<-p.Done()
	}
	for name, want := range map[string]string{file: "two\n", file + ".1": "one\n"} {
		got, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
	}
}

func TestNothingIsInherited(t *testing.T) {
	t.Setenv("ETCD_DATA_DIR", "/elsewhere")
	p := shell(t, "echo [$ETCD_DATA_DIR][$A]", func(s *Spec) { s.Env = []string{"A=b"} })
	<-p.Done()
	tail, err := Tail(p.Spec.LogFile, 5)
	require.NoError(t, err)
	assert.Equal(t, []string{"[][b]"}, tail)
}

func TestIDIsMoreThanAPid(t *testing.T) {
	cmd := exec.Command("/bin/sleep", "60")
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		assert.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait() // killed: always an error
	})
	id, err := Identify(cmd.Process.Pid)
	require.NoError(t, err)
	assert.True(t, id.Alive())

	for name, stranger := range map[string]ID{
		"pid given to another": {PID: id.PID, StartTime: id.StartTime - 1, Boot: id.Boot},
		"record before reboot": {PID: id.PID, StartTime: id.StartTime, Boot: "another"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.False(t, stranger.Alive())
			require.NoError(t, stranger.End(time.Second))
			assert.True(t, id.Alive(), "a stranger must not be touched")
		})
	}
}

// TestGone: what has ended keeps its number until somebody asks how.
func TestGone(t *testing.T) {
	cmd := exec.Command("/bin/cat")
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	pid := cmd.Process.Pid
	assert.False(t, Gone(pid))
	require.NoError(t, in.Close())
	require.Eventually(t, func() bool { return Gone(pid) }, 10*time.Second, time.Millisecond, "a zombie executes nothing")
	require.NoError(t, syscall.Kill(pid, 0), "it was there")
	require.NoError(t, cmd.Wait())
	assert.True(t, Gone(pid))
}

func TestEndEndsAProcessOfAnother(t *testing.T) {
	cmd := exec.Command("/bin/sh", "-c", `trap "" TERM; while :; do /bin/sleep 1; done`)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, cmd.Start())
	reaped := make(chan struct{})
	go func() { _ = cmd.Wait(); close(reaped) }()
	id, err := Identify(cmd.Process.Pid)
	require.NoError(t, err)
	require.NoError(t, id.End(100*time.Millisecond))
	<-reaped
	assert.False(t, id.Alive())
	require.NoError(t, id.End(time.Second), "ending it twice is fine")
}

func TestHolderNamesTheListener(t *testing.T) {
	l, err := net.Listen("tcp", "127.53.77.1:0")
	require.NoError(t, err)
	at := netip.MustParseAddrPort(l.Addr().String())
	assert.Contains(t, Holder(at), "(pid "+strconv.Itoa(os.Getpid())+")")
	require.NoError(t, l.Close())
	assert.Empty(t, Holder(at))

	all, err := net.Listen("tcp4", "0.0.0.0:0")
	require.NoError(t, err)
	defer all.Close()
	port := netip.MustParseAddrPort(all.Addr().String()).Port()
	assert.NotEmpty(t, Holder(netip.AddrPortFrom(netip.MustParseAddr("127.53.77.1"), port)), "a wildcard listener holds every address")
}
