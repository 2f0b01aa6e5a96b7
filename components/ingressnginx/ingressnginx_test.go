package ingressnginx_test

import (
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/components/ingressnginx"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func TestInputs(t *testing.T) {
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	r := kubetest.Run(t, func(ctx *pulumi.Context) error {
		pool, err := kubetest.Any(ctx, "pool")
		require.NoError(t, err)
		certs, err := kubetest.Any(ctx, "certs")
		require.NoError(t, err)
		_, err = ingressnginx.New(ctx, "ingress-nginx", ingressnginx.Args{
			Charts: charts, Namespace: pulumi.String("second"), Address: netip.MustParseAddr("192.0.2.11"), Class: "other",
			Certificates: []pulumi.Resource{certs}, Addresses: []pulumi.Resource{pool},
		})
		return err
	}).Release(t, "ingress-nginx")
	assert.Equal(t, pins.IngressNginx.Version, r.At("version"))
	assert.Equal(t, "second", r.At("namespace"))
	assert.Equal(t, false, r.At("values.controller.ingressClassResource.default"))
	assert.Equal(t, "other", r.At("values.controller.ingressClassResource.name"))
	assert.Equal(t, false, r.At("values.controller.watchIngressWithoutClass"))
	assert.Equal(t, false, r.At("values.controller.allowSnippetAnnotations"))
	assert.Equal(t, "192.0.2.11", r.At(`values.controller.service.annotations.metallb\.io/loadBalancerIPs`))
	assert.Equal(t, true, r.At("values.controller.admissionWebhooks.certManager.enabled"))
	assert.Equal(t, false, r.At("values.controller.admissionWebhooks.patch.enabled"))
	assert.True(t, r.DependsOn("certs"))
	assert.True(t, r.DependsOn("pool"))
}
