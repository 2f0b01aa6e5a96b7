package planned

import (
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kubeconfig"
)

type thing struct{ pulumi.CustomResourceState }

func TestDocumentHoldsNoSecret(t *testing.T) {
	g := &Graph{Stack: "homelab"}
	require.NoError(t, g.Record(func(ctx *pulumi.Context) error {
		return ctx.RegisterResource("test:index:Thing", "a", pulumi.Map{
			"token": pulumi.ToSecret(pulumi.String("MARKED")), "count": pulumi.Int(3), "on": pulumi.Bool(true),
			"list": pulumi.Array{pulumi.String("/tmp/x/chart"), pulumi.ToSecret(pulumi.Map{"in": pulumi.String("MARKED")})},
		}, &thing{}, pulumi.Protect(true))
	}, nil))
	file := filepath.Join(t.TempDir(), "graph.json")
	require.NoError(t, g.Document(strings.NewReplacer("/tmp/x", "(here)")).Write(file))
	d, err := Read(file, "homelab")
	require.NoError(t, err)
	require.Len(t, d.Resources, 1)
	require.True(t, d.Resources[0].Protect)
	require.Equal(t, map[string]any{
		"token": "[secret]", "count": 3.0, "on": true, "list": []any{"(here)/chart", "[secret]"},
	}, d.Resources[0].Inputs)

	_, err = Read(file, "sandbox")
	require.EqualError(t, err, "graph "+file+`: it is of stack "homelab", not of "sandbox"`)
}

func TestKubeconfigIsAcceptable(t *testing.T) {
	raw, err := Kubeconfig(netip.MustParseAddr("192.0.2.10"), 6443)
	require.NoError(t, err)
	require.NoError(t, kubeconfig.Check([]byte(raw), "https://192.0.2.10:6443", time.Now()))
}
