package graph_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// budget is how many packages of the Kubernetes SDK the program may compile: each costs every
// user of plain `pulumi` some seconds on every cold build (docs/toolchain.md).
const budget = 14

func TestProgramStaysSmall(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", ".")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	require.NoError(t, err)
	packages := strings.Fields(string(out))
	require.Contains(t, packages, "github.com/streamforge/infrastructure/stacks")

	var sdk, heavy []string
	for _, p := range packages {
		if strings.HasPrefix(p, "github.com/pulumi/pulumi-kubernetes/sdk/") {
			sdk = append(sdk, p)
		}
		if tooHeavy(p) {
			heavy = append(heavy, p)
		}
	}
	require.Empty(t, heavy, "reach these through internal/kube or from cmd only")
	require.LessOrEqual(t, len(sdk), budget, "reach rare kinds through kube.Apply:\n%s", strings.Join(sdk, "\n"))
}

func tooHeavy(p string) bool {
	for _, prefix := range []string{
		"k8s.io/", "sigs.k8s.io/controller-runtime", "helm.sh/",
		"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/helm",
		"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/yaml",
		"github.com/streamforge/infrastructure/internal/sandbox",
		"github.com/streamforge/infrastructure/internal/engine",
		"github.com/grafana/", // the dashboards are rendered beforehand
	} {
		if strings.HasPrefix(p, prefix) {
			return true
		}
	}
	return false
}
