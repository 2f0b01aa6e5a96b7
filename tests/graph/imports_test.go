package graph_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sdk are the packages of the Kubernetes SDK that the program may compile: the provider. Those of API
// groups cost every user of plain `pulumi` a minute on every cold build (docs/decisions/0006-native-objects.md).
var sdk = []string{
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes",
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/utilities",
}

func TestProgramStaysSmall(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", ".")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	require.NoError(t, err)
	packages := strings.Fields(string(out))
	require.Contains(t, packages, "github.com/streamforge/infrastructure/stacks")

	const internal = "github.com/streamforge/infrastructure/internal/"
	var own, used, heavy []string
	for _, p := range packages {
		if name, is := strings.CutPrefix(p, internal); is {
			own = append(own, name)
		}
		if strings.HasPrefix(p, "github.com/pulumi/pulumi-kubernetes/sdk/") {
			used = append(used, p)
		}
		if tooHeavy(p) {
			heavy = append(heavy, p)
		}
	}
	require.Empty(t, heavy, "reach these through internal/kube or from cmd only")
	require.ElementsMatch(t, []string{"atomicfile", "kube", "kubeconfig", "pins", "secrets"}, own,
		"the others are of the command; also in .golangci.yml and CONTRIBUTING.md")
	require.ElementsMatch(t, sdk, used, "register objects through internal/kube")
}

func tooHeavy(p string) bool {
	for _, prefix := range []string{
		"k8s.io/", "sigs.k8s.io/controller-runtime", "helm.sh/",
		"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/helm",
		"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/yaml",
		"github.com/grafana/", // the dashboards are rendered beforehand
	} {
		if strings.HasPrefix(p, prefix) {
			return true
		}
	}
	return false
}
