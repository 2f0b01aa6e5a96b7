package engine

import (
	"encoding/json"
	"fmt"
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
	r.putLockAt("probe/dev/other.json", pid)
}

// putLockAt leaves it in a file below the folder of all locks.
func (r *rig) putLockAt(name string, pid int) (file string) {
	r.t.Helper()
	host, err := os.Hostname()
	require.NoError(r.t, err)
	file = filepath.Join(r.project.Dir, "state/.pulumi/locks/organization", name)
	require.NoError(r.t, os.MkdirAll(filepath.Dir(file), 0o755))
	content, err := json.Marshal(map[string]any{
		"pid": pid, "username": "ada", "hostname": host,
		"timestamp": time.Date(2025, 8, 7, 10, 11, 12, 0, time.Local),
	})
	require.NoError(r.t, err)
	require.NoError(r.t, os.WriteFile(file, content, 0o600))
	return file
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
	r.project.Private = true
	s := r.open()
	r.putLock(os.Getpid())
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

	_, err = s.Unlock(t.Context())
	require.NoError(t, err)
	_, err = s.Up(t.Context(), r.options())
	require.NoError(t, err)
}

func TestALivingRunKeepsItsLock(t *testing.T) {
	r := newRig(t)
	s := r.open()
	file := r.putLockAt("probe/dev/living.json", os.Getpid())
	_, err := s.Unlock(t.Context())
	require.Equal(t, Locked, KindOf(err))
	host, _ := os.Hostname()
	require.EqualError(t, err, fmt.Sprintf("release the lock of dev: the run that holds it is alive (ada on %s, process %d, since 2025-08-07 10:11:12); "+
		"wait until it has ended, or stop it by `kill -INT %d`; if that is another process by now, `pulumi cancel -s dev` "+
		"releases the lock all the same", host, os.Getpid(), os.Getpid()))
	require.FileExists(t, file)
}

// TestADamagedLock: power may be lost while a lock is written.
func TestADamagedLock(t *testing.T) {
	r := newRig(t)
	s := r.open()
	file := r.putLockAt("probe/dev/damaged.json", os.Getpid())
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := s.Up(t.Context(), r.options())
	require.Equal(t, Locked, KindOf(err))
	require.ErrorContains(t, err, "`streamforge cancel -s dev` (or `pulumi cancel`) releases the lock")
	_, err = s.Unlock(t.Context())
	require.NoError(t, err)
	require.NoFileExists(t, file)
	_, err = s.Up(t.Context(), r.options())
	require.NoError(t, err)
}

// TestShed: of two runs that see the same dead lock, the second finds that of the first in its place.
func TestShed(t *testing.T) {
	r := newRig(t)
	s := r.open()
	dead, living := r.putLockAt("probe/dev/dead.json", deadPID(t)), r.putLockAt("probe/dev/living.json", os.Getpid())
	require.NoError(t, s.shed(t.Context()))
	require.NoFileExists(t, dead)
	require.FileExists(t, living)
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
