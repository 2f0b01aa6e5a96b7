package configsyncer

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func graph(t *testing.T, c Controller) *kubetest.Graph {
	t.Helper()
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		s, err := New(ctx, "copies", Args{Charts: charts, Controller: c, Namespace: pulumi.String("sources"), ClusterName: "lab"})
		require.NoError(t, err)
		_, err = s.ConfigMap(ctx, "authority", []string{"one", "two"}, pulumi.StringMap{"ca.crt": pulumi.String("PEM")})
		require.NoError(t, err)
		_, err = s.Secret(ctx, "pull", []string{"one"}, kube.SecretArgs{Data: pulumi.StringMap{"a": pulumi.String("b")}})
		return err
	})
}

func TestConfigSyncer(t *testing.T) {
	g := graph(t, ConfigSyncer)
	r := g.Release(t, "copies")
	assert.Equal(t, pins.ConfigSyncer.Version, r.At("version"))
	assert.Equal(t, "oss", r.At("values.mode"))
	assert.Equal(t, "", r.At("values.license"), "a licence installs the paid edition")
	authority := g.Get(t, "kubernetes:core/v1:ConfigMap", "authority")
	assert.Equal(t, "kubernetes.io/metadata.name in (one,two)", authority.At(`metadata.annotations.kubed\.appscode\.com/sync`))
	assert.True(t, authority.DependsOn("copies"))
	assert.Equal(t, "sources", g.Get(t, "kubernetes:core/v1:Secret", "pull").At("metadata.namespace"))
}

func TestReflectorMakesTheSameCopies(t *testing.T) {
	g := graph(t, Reflector)
	assert.Equal(t, pins.Reflector.Version, g.Release(t, "copies").At("version"))
	notes := g.Get(t, "kubernetes:core/v1:ConfigMap", "authority").At("metadata.annotations").(map[string]any)
	const prefix = "reflector.v1.k8s.emberstack.com/reflection-"
	assert.Equal(t, map[string]any{
		prefix + "allowed": "true", prefix + "allowed-namespaces": "one,two",
		prefix + "auto-enabled": "true", prefix + "auto-namespaces": "one,two",
	}, notes)
}
