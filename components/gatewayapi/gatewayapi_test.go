package gatewayapi_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/streamforge/infrastructure/components/gatewayapi"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

const definition = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"

func TestBothBundles(t *testing.T) {
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		c, err := gatewayapi.New(ctx, "gateway-api", gatewayapi.Args{Charts: charts})
		if err != nil {
			return err
		}
		assert.Len(t, c.Gateway, len(pins.GatewayAPI.Files))
		assert.Len(t, c.Traefik, len(pins.TraefikCRDs.Files))
		assert.Len(t, c.Ready, len(c.Gateway)+len(c.Traefik))
		return nil
	})
	for _, name := range []string{"tcproutes.gateway.networking.k8s.io", "tlsroutes.gateway.networking.k8s.io", "middlewares.traefik.io"} {
		crd := g.Get(t, definition, name)
		assert.True(t, crd.Retain)
		assert.Contains(t, crd.Parent, "streamforge:network:GatewayAPI")
	}
}

func TestErrorsNameTheManifest(t *testing.T) {
	_, err := kubetest.TryRun(func(ctx *pulumi.Context) error {
		_, err := gatewayapi.New(ctx, "gateway-api", gatewayapi.Args{Charts: kube.Charts{Mirror: t.TempDir()}})
		return err
	})
	assert.ErrorContains(t, err, "manifest gateway-api (gateway-api "+pins.GatewayAPI.Version+"): ")
}
