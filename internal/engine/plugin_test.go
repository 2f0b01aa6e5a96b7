package engine

import (
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/tests/need"
)

// TestNoKubeconfigIsLeft: the Kubernetes plugin as it comes writes the kubeconfig to a file that nobody removes; see
// tools/pulumi-resource-kubernetes.
func TestNoKubeconfigIsLeft(t *testing.T) {
	r := newRig(t)
	need.Toolchain(t, r.project.Bin, "pulumi-resource-kubernetes")
	temp := t.TempDir()
	r.project.Env["TMPDIR"] = temp
	s := r.open()
	s.program.body = func(ctx *pulumi.Context) error {
		var p pulumi.ProviderResourceState
		return ctx.RegisterResource("pulumi:providers:kubernetes", "cluster", pulumi.Map{"kubeconfig": pulumi.String(
			`{"clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}], "users": [{"name": "u", "user": {"token": "MARKED"}}],
			"contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}], "current-context": "x"}`)}, &p)
	}
	_, err := s.Up(t.Context(), r.options())
	require.NoError(t, err)
	left, err := filepath.Glob(filepath.Join(temp, "kubeconfig*"))
	require.NoError(t, err)
	require.Empty(t, left)
}
