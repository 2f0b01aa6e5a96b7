package network_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/stacks/config"
)

// TestALoginIsNeverMissing: the route waits for what asks for the password.
func TestALoginIsNeverMissing(t *testing.T) {
	g, err := run(t, false, func(*config.Network) {}, func(ctx *pulumi.Context, w *network.Web) error {
		_, err := w.Publish(ctx, "open.home.test", network.Backend{Namespace: pulumi.String("apps"), Service: "open", Port: 80})
		if err != nil {
			return err
		}
		p, err := w.Publish(ctx, "shut.home.test", network.Backend{Namespace: pulumi.String("apps"), Service: "shut", Port: 80, Login: true})
		if err == nil {
			ctx.Export("password", p.Password)
		}
		return err
	})
	require.NoError(t, err)
	const route, middleware = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", "kubernetes:traefik.io/v1alpha1:Middleware"
	assert.Nil(t, g.Get(t, route, "open.home.test-route").At("spec.rules.0.filters"))
	shut, lock := g.Get(t, route, "shut.home.test-route"), g.Get(t, middleware, "shut.home.test-login")
	filter := shut.At("spec.rules.0.filters.0").(map[string]any)
	assert.Equal(t, "ExtensionRef", filter["type"])
	assert.Equal(t, map[string]any{"group": "traefik.io", "kind": "Middleware", "name": lock.At("metadata.name")}, filter["extensionRef"])
	assert.Equal(t, shut.At("metadata.namespace"), lock.At("metadata.namespace"))
	assert.True(t, shut.DependsOn("shut.home.test-login"))
	secret := g.Get(t, "kubernetes:core/v1:Secret", "shut.home.test-login")
	assert.Equal(t, "kubernetes.io/basic-auth", secret.At("type"))
	assert.Equal(t, network.LoginUser, secret.At("stringData.username"))
	assert.True(t, secret.Secret("stringData.password"))
	assert.Equal(t, secret.At("metadata.name"), lock.At("spec.basicAuth.secret"))
}
