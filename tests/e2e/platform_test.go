package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/process"
	"github.com/streamforge/infrastructure/tests/need"
)

// TestPlatform lives one sandbox through a day: each step starts from what the one before left.
func TestPlatform(t *testing.T) {
	s := newSite(t, 31)
	step := func(name string, body func(*testing.T)) {
		require.True(t, t.Run(name, func(t *testing.T) { s.t = t; body(t) }))
		s.t = t
	}
	step("the first up deploys every layer", func(t *testing.T) {
		s.ok("sandbox", "start")
		out := s.ok("up", "-s", "sandbox", "--yes")
		for _, layer := range []string{"compute.Compute", "cluster.Cluster", "network.Foundation", "storage.Volumes", "network.Edge", "network.Records"} {
			require.Contains(t, out, layer)
		}
		require.Contains(t, out, "https://traefik.sandbox.test")
	})
	step("nothing changes after that", func(t *testing.T) {
		require.Contains(t, s.ok("up", "-s", "sandbox", "--yes"), "no changes")
		s.unchanged()
	})
	step("the nodes are the machines", func(t *testing.T) {
		nodes := s.kubectl("get", "nodes", "--no-headers")
		require.Equal(t, 9, strings.Count(nodes, " Ready "), nodes)
		require.Contains(t, s.kubectl("get", "node", "k2w-8", "-o", "jsonpath={.metadata.labels.streamforge\\.home/gpu}{.spec.taints[0].key}"), "truenvidia.com/gpu")
	})
	step("a laptop has room for the sandbox with the whole platform", func(t *testing.T) {
		status, err := s.sb.Status(t.Context())
		require.NoError(t, err)
		t.Logf("%d MiB", status.MemoryBytes>>20)
		require.Less(t, status.MemoryBytes, int64(4<<30))
	})
	step("the certificate script gets a certificate from the platform's CA", s.certificate)
	step("every monitor finds what it is for", s.monitorsFind)
	step("no secret is written in clear", s.noSecretInClear)
	step("the sandbox comes back after every process was killed", s.comesBack)
	step("destroy leaves nothing", func(t *testing.T) {
		s.ok("destroy", "-s", "sandbox", "--yes")
		require.Contains(t, s.kubectl("get", "namespaces", "-o", "name"), "namespace/default")
		require.NotContains(t, s.kubectl("get", "namespaces", "-o", "name"), "traefik")
		require.Empty(t, s.machines())
	})
	step("stop leaves no process and no port", s.leavesNothing)
}

func (s *site) certificate(t *testing.T) {
	need.Program(t, "openssl")
	dir := t.TempDir()
	cmd := exec.Command("bash", filepath.Join(repo, "platform/base/cert/script.sh"),
		"--name", "app.sandbox.test", "--ip", "127.53.31.153", "--namespace", "default", "--out", dir)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+s.sb.AdminKubeconfig(),
		"PATH="+filepath.Join(repo, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	text, err := exec.Command("openssl", "x509", "-in", filepath.Join(dir, "app.sandbox.test.crt"), "-noout", "-ext", "subjectAltName", "-issuer").CombinedOutput()
	require.NoError(t, err, string(text))
	require.Contains(t, string(text), "DNS:app.sandbox.test, IP Address:127.53.31.153")
	require.Contains(t, string(text), "StreamForge sandbox root CA")
}

func (s *site) comesBack(t *testing.T) {
	status, err := s.sb.Status(t.Context())
	require.NoError(t, err)
	killed := 0
	for _, p := range status.Parts {
		if p.PID > 0 && syscall.Kill(p.PID, syscall.SIGKILL) == nil {
			killed++
		}
	}
	require.GreaterOrEqual(t, killed, 6)
	require.Contains(t, s.run("sandbox", "status").out, "dead")
	s.ok("sandbox", "start")
	s.unchanged()
}

func (s *site) leavesNothing(t *testing.T) {
	status, err := s.sb.Status(t.Context())
	require.NoError(t, err)
	s.ok("sandbox", "stop")
	for _, p := range status.Parts {
		require.False(t, p.PID > 0 && runs(p.PID), "%s still runs", p.Name)
	}
	require.Empty(t, listening(t, status))
	require.Equal(t, 6, s.run("preview", "-s", "sandbox").code, "a stack without its sandbox is not ready")
}

// runs tells whether a process executes: one that has ended and only waits to be reaped does not.
func runs(pid int) bool {
	_, err := process.Identify(pid)
	return err == nil
}
