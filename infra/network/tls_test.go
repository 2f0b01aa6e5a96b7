package network

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
)

var listenerForTest = TLSListener{Gateway: "main", Namespace: pulumi.String("edge"), Section: "kafka", Domain: "kafka.home.test"}

func TestTLSPassesThroughByName(t *testing.T) {
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		gateway, err := kubetest.Any(ctx, "gateway")
		require.NoError(t, err)
		l := listenerForTest
		l.Ready = []pulumi.Resource{gateway}
		_, err = l.Publish(ctx, l.Host("b1"), Backend{Namespace: pulumi.String("events"), Service: "broker-1", Port: 9094})
		return err
	})
	r := g.Get(t, "kubernetes:gateway.networking.k8s.io/v1alpha2:TLSRoute", "b1.kafka.home.test-route")
	assert.True(t, r.DependsOn("gateway"))
	assert.Equal(t, "events", r.At("metadata.namespace"))
	assert.Equal(t, "b1", r.At("metadata.name"))
	assert.Equal(t, []any{"b1.kafka.home.test"}, r.At("spec.hostnames"))
	assert.Equal(t, map[string]any{
		"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "main", "namespace": "edge", "sectionName": "kafka",
	}, r.At("spec.parentRefs.0"))
	assert.Equal(t, []any{map[string]any{"name": "broker-1", "port": 9094.0}}, r.At("spec.rules.0.backendRefs"))
}

func TestTLSOfAnotherDomainIsRefused(t *testing.T) {
	for host, want := range map[string]string{
		"b1.home.test":         "publish b1.home.test: not one label below kafka.home.test",
		"a.b1.kafka.home.test": "publish a.b1.kafka.home.test: not one label below kafka.home.test",
		"kafka.home.test":      "publish kafka.home.test: not one label below kafka.home.test",
	} {
		_, err := kubetest.TryRun(func(ctx *pulumi.Context) error {
			_, err := listenerForTest.Publish(ctx, host, Backend{})
			return err
		})
		assert.ErrorContains(t, err, want)
	}
}
