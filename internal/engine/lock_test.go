package engine

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// putLock leaves a lock as a run of the process pid on this host would.
func (r *rig) putLock(pid int) {
	r.t.Helper()
	host, err := os.Hostname()
	require.NoError(r.t, err)
	dir := filepath.Join(r.project.Dir, "state/.pulumi/locks/organization/probe/dev")
	require.NoError(r.t, os.MkdirAll(dir, 0o755))
	content, err := json.Marshal(map[string]any{
		"pid": pid, "username": "ada", "hostname": host,
		"timestamp": time.Date(2025, 8, 7, 10, 11, 12, 0, time.Local),
	})
	require.NoError(r.t, err)
	require.NoError(r.t, os.WriteFile(filepath.Join(dir, "other.json"), content, 0o600))
}

// deadPID is the id of a process that has ended.
func deadPID(t *testing.T) int {
	t.Helper()
	cmd := exec.Command("true")
	require.NoError(t, cmd.Run())
	return cmd.Process.Pid
}

func TestLockedByALivingRun(t *testing.T) {
	r := newRig(t)
	s := r.open()
	r.putLock(os.Getpid())
	r.project.Private = true
	_, err := s.Up(t.Context(), r.options())
	require.Equal(t, Locked, KindOf(err))
	host, _ := os.Hostname()
	require.Regexp(t, `^up of dev: the stack is locked by another run \(ada on `+host+`, process \d+, since 2025-08-07 10:11:12\); `+
		"wait until that run has ended; if it is dead, `streamforge cancel -s dev` \\(or `pulumi cancel`\\) releases the lock$",
		err.Error())
}

func TestLockedByADeadRun(t *testing.T) {
	r := newRig(t)
	s := r.open()
	r.putLock(deadPID(t))
	_, err := s.Up(t.Context(), r.options())
	require.Equal(t, Locked, KindOf(err))
	require.ErrorContains(t, err, "which no longer runs); `streamforge cancel -s dev` (or `pulumi cancel`) releases the lock")

	require.NoError(t, s.Unlock(t.Context()))
	_, err = s.Up(t.Context(), r.options())
	require.NoError(t, err)
}

func TestPrivateStateShedsADeadLock(t *testing.T) {
	r := newRig(t)
	r.project.Private = true
	s := r.open()
	r.putLock(deadPID(t))
	_, err := s.Up(t.Context(), r.options())
	require.NoError(t, err)
	require.Contains(t, r.out.String(), "releasing the lock of a run that no longer exists\n")
}
