package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/process"
)

func open(t *testing.T) *Sandbox {
	t.Helper()
	s, err := Open(t.TempDir())
	require.NoError(t, err)
	return s
}

func TestOpenNeedsAFolder(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none")
	_, err := Open(missing)
	assert.EqualError(t, err, "sandbox: stat "+missing+": no such file or directory")
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = Open(file)
	assert.EqualError(t, err, "sandbox: "+file+": not a folder")
}

func TestBeforeTheFirstStart(t *testing.T) {
	s := open(t)
	_, err := s.Endpoints()
	assert.EqualError(t, err, "sandbox in "+s.Dir()+": never started: run `streamforge sandbox start`")
	assert.ErrorContains(t, s.Serve(context.Background()), "never started")
	st, err := s.Status(context.Background())
	require.NoError(t, err)
	assert.Equal(t, Status{State: Stopped, Root: s.root, Parts: []PartStatus{}}, st)
	assert.Equal(t, "sandbox in "+s.root+": stopped\n", st.String())
	assert.NoError(t, s.Stop(context.Background()))
}

func TestSettleLaysOptionsOverTheLastStart(t *testing.T) {
	s := open(t)
	first, err := s.settle(Options{APIHost: "api.one"}, settings{})
	require.NoError(t, err)
	assert.Equal(t, settings{BinDir: filepath.Join(s.root, "bin"), APIAddress: netip.MustParseAddr("127.53.0.10"),
		APIHost: "api.one", ServiceCIDR: netip.MustParsePrefix("10.233.0.0/18"), Hosts: []string{"pve1", "pve2", "pve3"}}, first)
	second, err := s.settle(Options{Hosts: []string{"a"}}, first)
	require.NoError(t, err)
	assert.Equal(t, "api.one", second.APIHost)
	assert.Equal(t, []string{"a"}, second.Hosts)
	_, err = s.settle(Options{APIAddress: netip.MustParseAddr("192.168.1.150")}, first)
	assert.EqualError(t, err, "API address 192.168.1.150: must be an IPv4 address inside 127.0.0.0/8, the sandbox serves this machine only")
}

func TestMissingToolsAreNamedTogether(t *testing.T) {
	s, dir := open(t), t.TempDir()
	err := s.Start(context.Background(), Options{BinDir: dir, Self: "/bin/true"})
	require.EqualError(t, err, "sandbox start: tools in "+dir+": etcd is missing; kube-apiserver is missing; "+
		"kube-controller-manager is missing; kube-scheduler is missing; kwok is missing; vault is missing: run make tools")
	assert.NoFileExists(t, s.path("ports.json"), "nothing may be prepared without tools")
}

func TestNoSpace(t *testing.T) {
	assert.NoError(t, enoughSpace("/data", neededBytes))
	assert.EqualError(t, enoughSpace("/data", 300<<20), "disk of /data: 300 MiB free, the sandbox needs 1024 MiB; free some space")
}

func TestPortsAreChosenOnceAndKept(t *testing.T) {
	s := open(t)
	require.NoError(t, os.MkdirAll(s.Dir(), 0o700))
	api := netip.MustParseAddr("127.53.200.10")
	first, err := s.ensurePorts(context.Background(), api)
	require.NoError(t, err)
	seen := map[int]bool{}
	for _, name := range allPorts() {
		assert.False(t, seen[first[name]], "%s shares port %d", name, first[name])
		seen[first[name]] = true
		assert.Less(t, first[name], 32768, "outgoing connections take the ports from there on")
	}
	assert.Equal(t, preferredAPIPort, first[portAPI])
	second, err := s.ensurePorts(context.Background(), api)
	require.NoError(t, err)
	assert.Equal(t, first, second)
}

func TestTakenPreferredPortIsNotChosen(t *testing.T) {
	l, err := net.Listen("tcp", "127.53.201.10:6443")
	require.NoError(t, err)
	defer l.Close()
	s := open(t)
	require.NoError(t, os.MkdirAll(s.Dir(), 0o700))
	p, err := s.ensurePorts(context.Background(), netip.MustParseAddr("127.53.201.10"))
	require.NoError(t, err)
	assert.NotEqual(t, preferredAPIPort, p[portAPI])
}

func TestTakenPortsAreAllReported(t *testing.T) {
	s := open(t)
	require.NoError(t, os.MkdirAll(s.Dir(), 0o700))
	api := netip.MustParseAddr("127.53.200.10")
	p, err := s.ensurePorts(context.Background(), api)
	require.NoError(t, err)
	want := ""
	name, err := os.ReadFile("/proc/self/comm")
	require.NoError(t, err)
	for i, of := range []string{portEtcd, portProxmox} {
		l, err := net.Listen("tcp", p.address(of, api).String())
		require.NoError(t, err)
		defer l.Close()
		if i > 0 {
			want += "\n"
		}
		want += fmt.Sprintf("port %d: the sandbox's %s needs 127.0.0.1:%d, but it is held by %s (pid %d); end that process, or remove %s "+
			"to have new ports chosen (the next `up` then changes addresses)", p[of], of, p[of], name[:len(name)-1], os.Getpid(), s.path("ports.json"))
	}
	_, err = s.ensurePorts(context.Background(), api)
	assert.EqualError(t, err, want)
}

func TestStateIsJudgedByWhatRuns(t *testing.T) {
	self, err := process.Identify(os.Getpid())
	require.NoError(t, err)
	stranger := process.ID{PID: self.PID, StartTime: self.StartTime - 1, Boot: self.Boot}
	for want, rec := range map[State]*record{
		Stopped:  nil,
		Crashed:  {State: Running, Supervisor: stranger},
		Running:  {State: Running, Supervisor: self, Parts: []part{{Name: "etcd", Process: self}, {Name: "proxmox"}}},
		Degraded: {State: Running, Supervisor: self, Parts: []part{{Name: "etcd", Process: stranger}}},
		Starting: {State: Starting, Supervisor: self},
	} {
		assert.Equal(t, want, rec.state())
	}
}

func TestStopSparesStrangers(t *testing.T) {
	s := open(t)
	self, err := process.Identify(os.Getpid())
	require.NoError(t, err)
	stranger := process.ID{PID: self.PID, StartTime: self.StartTime - 1, Boot: self.Boot}
	require.NoError(t, os.MkdirAll(s.Dir(), 0o700))
	require.NoError(t, writeJSON(s.recordFile(), record{State: Running, Supervisor: stranger,
		Parts: []part{{Name: "etcd", Process: stranger}}}))
	require.NoError(t, s.Stop(context.Background())) // this test would not outlive a mistake
	assert.NoFileExists(t, s.recordFile())
}

func TestStatusShowsTheFailure(t *testing.T) {
	s := open(t)
	self, err := process.Identify(os.Getpid())
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(s.Dir(), 0o700))
	require.NoError(t, writeJSON(s.recordFile(), record{State: Degraded, Supervisor: self, StartedAt: time.Now(), Parts: []part{
		{Name: "etcd", Process: process.ID{PID: 99999999}, Address: "127.0.0.1:1", StartedAt: time.Now(), Failure: "etcd: ended with \"signal: killed\""}}}))
	st, err := s.Status(context.Background())
	require.NoError(t, err)
	assert.Equal(t, Degraded, st.State)
	assert.Equal(t, "dead", st.Parts[1].State)
	assert.Positive(t, st.MemoryBytes)
	assert.Contains(t, st.String(), "\netcd: ended with \"signal: killed\"\n\n`streamforge sandbox start` restarts it")
	raw, err := json.Marshal(st)
	require.NoError(t, err)
	assert.Contains(t, string(raw), `"state":"degraded"`)
}

func TestEnvKeepsPulumiInside(t *testing.T) {
	t.Setenv("NO_PROXY", "intranet")
	t.Setenv("PATH", "/usr/bin")
	s := open(t)
	env := s.Env()
	assert.Equal(t, "file://"+s.Dir()+"/state?metadata=skip", env["PULUMI_BACKEND_URL"])
	assert.Equal(t, s.Dir()+"/passphrase", env["PULUMI_CONFIG_PASSPHRASE_FILE"])
	assert.Equal(t, s.Dir()+"/pulumi", env["PULUMI_HOME"])
	assert.Equal(t, "1", env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"])
	assert.Equal(t, "1", env["PULUMI_SKIP_UPDATE_CHECK"])
	assert.Equal(t, filepath.Join(s.root, "bin")+":/usr/bin", env["PATH"])
	assert.Equal(t, "localhost,127.0.0.0/8,intranet", env["NO_PROXY"])
}

func TestWriteNodesRefusesBadTaints(t *testing.T) {
	s := open(t)
	err := s.WriteNodes(map[string]NodeFacts{"k2w-8": {Taints: []string{"gpu"}}})
	assert.EqualError(t, err, `node k2w-8: taint "gpu": must have the form key=value:Effect with Effect one of [NoSchedule PreferNoSchedule NoExecute]`)
	assert.NoFileExists(t, s.path("nodes.json"))
}
