package graph_test

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/sandbox/mirror"
	"github.com/streamforge/infrastructure/internal/sandbox/pki"
)

var update = flag.Bool("update", false, "write the golden file instead of comparing with it")

// mirrorDir holds the stand-in charts that the graph is planned with.
var mirrorDir string

func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "graph-mirror-")
	if err == nil {
		err = mirror.Write(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	mirrorDir = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// kubeconfigFor makes an admin kubeconfig as the handover would have stored it.
func kubeconfigFor(t *testing.T, cluster map[string]any) string {
	t.Helper()
	dir := t.TempDir()
	vip := netip.MustParseAddr(cluster["vip"].(string))
	set, err := pki.Ensure(dir, pki.Site{APIAddress: vip, ServiceIP: netip.MustParseAddr("10.233.0.1"), DNSDomain: "cluster.local"}, time.Now())
	require.NoError(t, err)
	file := filepath.Join(dir, "admin.conf")
	require.NoError(t, pki.WriteKubeconfig(file, pki.Access{
		Server: fmt.Sprintf("https://%s:%v", vip, cluster["apiPort"]), Cluster: "cluster.local",
		User: "kubernetes-admin-cluster.local", CA: set.CA.Cert, Client: set.Admin,
	}))
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(raw)
}
