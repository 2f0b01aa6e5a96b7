package vaultcsi

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
)

func graph(t *testing.T) *kubetest.Graph {
	t.Helper()
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		c, err := New(ctx, "vault-csi", Args{
			Charts: charts, Namespace: pulumi.String("csi"), CA: pulumi.String("PEM"), Address: "https://vault:8200", Audience: "vault",
		})
		require.NoError(t, err)
		_, err = c.Class(ctx, "gnn", pulumi.String("ml"), "trainer", []File{{"access-key", "kv/data/platform/s3/gnn", "key"}})
		return err
	})
}

func TestNothingIsCopiedIntoASecret(t *testing.T) {
	g := graph(t)
	driver := g.Release(t, "secrets-store-csi-driver")
	assert.Equal(t, false, driver.At("values.syncSecret.enabled"))
	assert.Equal(t, "vault", driver.At("values.tokenRequests.0.audience"))
	assert.Nil(t, g.Get(t, "kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass", "gnn-class").At("spec.secretObjects"))
}

func TestProviderVerifiesVault(t *testing.T) {
	g := graph(t)
	provider := g.Release(t, "vault-csi")
	assert.Equal(t, false, provider.At("values.global.tlsDisable"))
	assert.Equal(t, []any{"-vault-tls-ca-cert=/vault/tls/ca.crt"}, provider.At("values.csi.extraArgs"))
	assert.Equal(t, false, provider.At("values.server.enabled"), "only the provider is installed")
	assert.True(t, provider.DependsOn("vault-csi-ca"))
}

func TestClassNamesFiles(t *testing.T) {
	c := graph(t).Get(t, "kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass", "gnn-class")
	assert.Equal(t, "ml", c.At("metadata.namespace"))
	assert.Equal(t, "trainer", c.At("spec.parameters.roleName"))
	assert.Equal(t, "https://vault:8200", c.At("spec.parameters.vaultAddress"))
	assert.Equal(t, "- objectName: \"access-key\"\n  secretPath: \"kv/data/platform/s3/gnn\"\n  secretKey: \"key\"\n", c.At("spec.parameters.objects"))
	assert.True(t, c.DependsOn("vault-csi"), "its definition comes with the driver")
}
