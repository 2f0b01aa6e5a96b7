// Package program holds what tests need to run the whole program on Pulumi's mocks: the committed
// configuration of a stack, a mirror of stand-in charts and a kubeconfig.
package program

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/planned"
	"github.com/streamforge/infrastructure/internal/sandbox/mirror"
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

// Mirror is the folder of the stand-in charts.
func Mirror() string { return mirrorDir }

// Whole records the complete program on the configuration of the given stack.
func Whole(t *testing.T, stack string) *kubetest.Graph {
	t.Helper()
	g := kubetest.ForStack(stack)
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
	values["streamforge:handover"] = `{"cluster": true, "vault": true}`
	values["streamforge:charts"] = fmt.Sprintf(`{"mirror": %q}`, mirrorDir)
	for key, value := range planned.StandIns() {
		values["streamforge:"+key] = value
	}
	cluster := file.Config["streamforge:cluster"].(map[string]any)
	values["streamforge:kubeconfig"], err = planned.Kubeconfig(netip.MustParseAddr(cluster["vip"].(string)), cluster["apiPort"].(int))
	require.NoError(t, err)
	return values
}
