package sandbox

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/streamforge/infrastructure/internal/process"
)

// TestLife takes one sandbox with the real binaries through everything that may happen to it.
func TestLife(t *testing.T) {
	l := newLab(t)
	t.Run("start", l.firstStart)
	t.Run("second start changes nothing", l.secondStart)
	t.Run("only loopback", l.onlyLoopback)
	t.Run("machines are nodes", l.machinesAreNodes)
	t.Run("workloads become ready", l.workloads)
	t.Run("a stopped machine's node", l.stoppedMachine)
	t.Run("a killed process is reported and healed", l.killOne)
	t.Run("everything killed", l.killAll)
	t.Run("folder taken away", l.recordRemoved)
	t.Run("changed settings", l.changedSettings)
	t.Run("stop leaves nothing", l.stop)
	t.Run("port taken by a stranger", l.portTaken)
}

func (l *lab) firstStart(t *testing.T) {
	begin := time.Now()
	out := l.start(t)
	t.Logf("cold start: %s\n%s", time.Since(begin).Round(time.Millisecond), out)
	for _, name := range append(tools(), "proxmox", "chart mirror", "sandbox is ready") {
		assert.Contains(t, out, name)
	}
	st := l.status(t)
	assert.Equal(t, Running, st.State)
	assert.Less(t, st.MemoryBytes, int64(4<<30))
	t.Logf("\n%s", st)
	e, err := l.s.Endpoints()
	require.NoError(t, err)
	assert.Equal(t, l.opt.APIAddress, e.APIAddress)
	assert.Regexp(t, `^\S+@\S+!\S+=[a-zA-Z0-9-]+$`, e.ProxmoxToken)
	assert.FileExists(t, filepath.Join(e.MirrorDir, "index.yaml"))
	assert.FileExists(t, l.s.Env()["PULUMI_CONFIG_PASSPHRASE_FILE"])
}

func (l *lab) secondStart(t *testing.T) {
	before := l.record(t)
	assert.Contains(t, l.start(t), "already running")
	assert.Equal(t, before, l.record(t))
}

func (l *lab) onlyLoopback(t *testing.T) {
	rec := l.record(t)
	ours := map[int]bool{rec.Supervisor.PID: true}
	for _, p := range rec.Parts {
		ours[p.Process.PID] = true
	}
	recorded, err := l.s.loadPorts()
	require.NoError(t, err)
	var want, found []int
	for name, port := range recorded {
		switch name {
		case portKeycloak, portKeycloakManagement: // the lab has no identity server
		case portVaultCluster: // opened once Vault is unsealed
		default:
			want = append(want, port)
		}
	}
	for at, pid := range listeners(t) {
		if ours[pid] {
			found = append(found, int(at.Port()))
			assert.True(t, at.Addr().Unmap().IsLoopback(), "pid %d listens on %s", pid, at)
		}
	}
	assert.ElementsMatch(t, want, found, "every port of ports.json is listened on, and no other")
}

func (l *lab) killOne(t *testing.T) {
	l.remember(t)
	api := l.part(t, "kube-apiserver")
	require.NoError(t, api.Process.Signal(syscall.SIGKILL))
	var st Status
	require.Eventually(t, func() bool {
		st = l.status(t)
		return st.State == Degraded && bytes.Contains([]byte(st.String()), []byte("signal: killed"))
	}, 20*time.Second, 50*time.Millisecond)
	text := st.String()
	assert.Contains(t, text, `kube-apiserver: ended with "signal: killed" after`)
	assert.Contains(t, text, "end of "+api.Log+":\n    ")
	assert.Contains(t, text, "streamforge sandbox start")
	out := l.start(t)
	assert.Contains(t, out, `sandbox is degraded: kube-apiserver: ended with "signal: killed"`)
	assert.Equal(t, Running, l.status(t).State)
	l.remembers(t)
}

func (l *lab) killAll(t *testing.T) {
	rec := l.record(t)
	require.NoError(t, rec.Supervisor.Signal(syscall.SIGKILL))
	for _, p := range rec.Parts {
		require.NoError(t, p.Process.Signal(syscall.SIGKILL))
	}
	require.Eventually(t, func() bool { return l.status(t).State == Crashed }, 10*time.Second, 20*time.Millisecond)
	begin := time.Now()
	out := l.start(t)
	t.Logf("start after kill -9 of everything: %s", time.Since(begin).Round(time.Millisecond))
	assert.Contains(t, out, "cleaning up and starting anew")
	l.remembers(t)
	l.nodeReady(t, "k2w-1", corev1.ConditionTrue) // the machine is still there, and runs
}

func (l *lab) recordRemoved(t *testing.T) {
	rec := l.record(t)
	require.NoError(t, os.Remove(l.s.recordFile()))
	l.allGone(t, rec)
	l.start(t)
	l.remembers(t)
}

func (l *lab) changedSettings(t *testing.T) {
	l.opt.Hosts = []string{"pve1", "pve2", "pve3", "pve4"}
	assert.Contains(t, l.start(t), "other settings: restarting")
	assert.Contains(t, l.start(t), "already running")
}

func (l *lab) stop(t *testing.T) {
	rec := l.record(t)
	begin := time.Now()
	require.NoError(t, l.s.Stop(context.Background()))
	t.Logf("stop: %s", time.Since(begin).Round(time.Millisecond))
	l.allGone(t, rec)
	assert.Equal(t, Stopped, l.status(t).State)
	require.NoError(t, l.s.Stop(context.Background()), "stopping twice is fine")
}

func (l *lab) portTaken(t *testing.T) {
	p, err := l.s.loadPorts()
	require.NoError(t, err)
	at := p.address(portScheduler, l.opt.APIAddress)
	listener, err := net.Listen("tcp", at.String())
	require.NoError(t, err)
	defer listener.Close()
	err = l.s.Start(context.Background(), l.opt)
	assert.ErrorContains(t, err, "the sandbox's kube-scheduler needs "+at.String()+", but it is held by ")
	assert.ErrorContains(t, err, "ports.json")
	assert.Equal(t, Stopped, l.status(t).State)
}

// allGone waits until no recorded process runs and every port can be listened on.
func (l *lab) allGone(t *testing.T, rec *record) {
	t.Helper()
	require.Eventually(t, func() bool {
		for _, p := range append(rec.Parts, part{Process: rec.Supervisor}) {
			if p.Process != (process.ID{}) && p.Process.Alive() {
				return false
			}
		}
		return true
	}, 30*time.Second, 50*time.Millisecond)
	p, err := l.s.loadPorts()
	require.NoError(t, err)
	for name := range p {
		assert.NoError(t, listenable(p.address(name, l.opt.APIAddress)), name)
	}
}

// remember leaves something in the cluster, remembers finds it again.
func (l *lab) remember(t *testing.T) {
	_, err := l.client(t).CoreV1().ConfigMaps("default").Create(context.Background(),
		&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "memory"}}, metav1.CreateOptions{})
	require.NoError(t, err)
}

func (l *lab) remembers(t *testing.T) {
	_, err := l.client(t).CoreV1().ConfigMaps("default").Get(context.Background(), "memory", metav1.GetOptions{})
	require.NoError(t, err)
}

// labAddress is a VIP that no other sandbox on this machine has.
var labAddress = netip.MustParseAddr("127.53.80.10")
