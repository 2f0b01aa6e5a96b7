// Package program holds what tests need to run the whole program on Pulumi's mocks: the committed
// configuration of a stack, a mirror of stand-in charts and a kubeconfig.
package program

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/sandbox/mirror"
	"github.com/streamforge/infrastructure/internal/sandbox/pki"
	"github.com/streamforge/infrastructure/stacks"
)

// mirrorDir holds the stand-in charts while Main runs.
var mirrorDir string

// Main runs a package's tests with a mirror that is written once, and gives their exit code. It
// is for TestMain.
func Main(m *testing.M) int {
	dir, err := os.MkdirTemp("", "program-mirror-")
	if err == nil {
		defer os.RemoveAll(dir)
		err = mirror.Write(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mirror:", err)
		return 1
	}
	mirrorDir = dir
	return m.Run()
}

// Whole records the complete program on the configuration of the given stack.
func Whole(t *testing.T, stack string) *kubetest.Graph {
	t.Helper()
	g := &kubetest.Graph{Stack: stack}
	require.NoError(t, g.Record(stacks.Deploy, Configuration(t, stack)))
	return g
}

// Configuration is the committed stack file with the secrets, the handover and the mirror that a
// run of the complete program needs.
func Configuration(t *testing.T, stack string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile("../../Pulumi." + stack + ".yaml")
	require.NoError(t, err)
	var file struct{ Config map[string]any }
	require.NoError(t, yaml.Unmarshal(raw, &file))
	values := map[string]string{}
	for key, value := range file.Config {
		text, err := json.Marshal(value)
		require.NoError(t, err)
		values[key] = string(text)
	}
	values["streamforge:handover"] = `{"cluster": true, "vault": false}`
	values["streamforge:charts"] = fmt.Sprintf(`{"mirror": %q}`, mirrorDir)
	values["streamforge:proxmoxToken"] = "root@pam!pulumi=00000000-0000-0000-0000-000000000000"
	values["streamforge:telegramToken"] = "0000000000:" + strings.Repeat("x", 35)
	for key, value := range gitops {
		values["streamforge:"+key] = value
	}
	values["streamforge:kubeconfig"] = kubeconfigFor(t, file.Config["streamforge:cluster"].(map[string]any))
	return values
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

// gitops are secrets of that section, of the right form and worth nothing.
var gitops = map[string]string{
	"runnerToken":       "glrt-" + strings.Repeat("r", 20),
	"kanikoRunnerToken": "glrt-" + strings.Repeat("k", 20),
	"repositoryToken":   "glpat-" + strings.Repeat("t", 20),
	"registryLogin":     `{"auths":{"registry.example.test":{"auth":"Y2k6eHg="}}}`,
}
