package certmanager_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/streamforge/infrastructure/components/certmanager"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func TestInputs(t *testing.T) {
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		crds, err := charts.Manifest(ctx, "gateway-api", pins.GatewayAPI)
		if err != nil {
			return err
		}
		_, err = certmanager.New(ctx, "cert-manager", certmanager.Args{
			Charts: charts, Namespace: pulumi.String("certs"), GatewayAPI: crds, Issuer: "home-ca", RootSecret: "home-root",
			RootCert: pulumi.String("CERT"), RootKey: pulumi.ToSecret(pulumi.String("KEY")).(pulumi.StringOutput),
		})
		return err
	})

	release := g.Release(t, "cert-manager")
	assert.Equal(t, pins.CertManager.Version, release.At("version"))
	assert.Equal(t, "certs", release.At("namespace"))
	assert.Equal(t, map[string]any{"enabled": true, "keep": true}, release.At("values.crds"))
	assert.Equal(t, true, release.At("values.config.enableGatewayAPI"))
	assert.Equal(t, "certs", release.At("values.global.leaderElection.namespace"))
	assert.Equal(t, true, release.At("values.startupapicheck.enabled"), "the issuer would race the webhook")
	assert.True(t, release.DependsOn("gateways.gateway.networking.k8s.io"))

	root := g.Get(t, "kubernetes:core/v1:Secret", "home-root")
	assert.Equal(t, "kubernetes.io/tls", root.At("type"))
	assert.Equal(t, "certs", root.At("metadata.namespace"))
	assert.Equal(t, map[string]any{"tls.crt": "CERT", "tls.key": "KEY"}, root.At("stringData"))
	assert.True(t, root.Secret("stringData"))

	issuer := g.Get(t, "kubernetes:cert-manager.io/v1:ClusterIssuer", "home-ca")
	assert.Equal(t, "home-root", issuer.At("spec.ca.secretName"))
	assert.Equal(t, "condition=Ready", issuer.At(`metadata.annotations.pulumi\.com/waitFor`))
	assert.True(t, issuer.DependsOn("Release cert-manager"))
	assert.True(t, issuer.DependsOn("Secret home-root"))
}
