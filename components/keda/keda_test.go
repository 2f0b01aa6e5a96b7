package keda

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func graph(t *testing.T, lag LagArgs) *kubetest.Graph {
	t.Helper()
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		k, err := New(ctx, "keda", Args{Charts: charts, Namespace: pulumi.String("scaling"), DNSDomain: "cluster.local"})
		require.NoError(t, err)
		lag.Ready = k.Ready
		_, err = Lag(ctx, "apps-worker", lag, pulumi.Parent(k))
		return err
	})
}

var worker = LagArgs{
	Namespace: pulumi.String("apps"), Deployment: "worker", Login: "kafka-app", LoginKeys: LoginKeys{"name", "secret", "ca"},
	Bootstrap: "b.events.svc:9093", Version: "3.9.1", Topic: "orders", Group: "workers", Lag: 50, MaxReplicas: 6,
}

func TestRelease(t *testing.T) {
	r := graph(t, worker).Release(t, "keda")
	assert.Equal(t, pins.KEDA.Version, r.At("version"))
	assert.Equal(t, "scaling", r.At("namespace"))
	for _, part := range []string{"operator", "metricsServer", "webhooks"} {
		assert.Equal(t, 2.0, r.At("values."+part+".replicaCount"), part)
	}
	for _, part := range []string{"operator", "metricServer", "webhooks"} {
		assert.Equal(t, 1.0, r.At("values.podDisruptionBudget."+part+".minAvailable"), part)
		assert.NotNil(t, r.At("values.resources."+part+".limits.memory"), part)
	}
}

func TestLag(t *testing.T) {
	g := graph(t, worker)
	authentication := g.Get(t, "kubernetes:keda.sh/v1alpha1:TriggerAuthentication", "apps-worker")
	assert.True(t, authentication.DependsOn("keda"))
	assert.Equal(t, "apps", authentication.At("metadata.namespace"), "KEDA looks for it beside the ScaledObject")
	assert.Equal(t, []any{
		map[string]any{"parameter": "username", "name": "kafka-app", "key": "name"},
		map[string]any{"parameter": "password", "name": "kafka-app", "key": "secret"},
		map[string]any{"parameter": "ca", "name": "kafka-app", "key": "ca"},
	}, authentication.At("spec.secretTargetRef"))

	object := g.Get(t, "kubernetes:keda.sh/v1alpha1:ScaledObject", "apps-worker")
	assert.True(t, object.DependsOn("TriggerAuthentication apps-worker"))
	assert.Equal(t, "apps", object.At("metadata.namespace"))
	assert.Equal(t, "worker", object.At("spec.scaleTargetRef.name"))
	assert.Equal(t, 0.0, object.At("spec.minReplicaCount"))
	assert.Equal(t, 6.0, object.At("spec.maxReplicaCount"))
	assert.Equal(t, 30.0, object.At("spec.pollingInterval"))
	assert.Equal(t, 300.0, object.At("spec.cooldownPeriod"))
	assert.Equal(t, authentication.At("metadata.name"), object.At("spec.triggers.0.authenticationRef.name"))
	assert.Equal(t, map[string]any{
		"bootstrapServers": "b.events.svc:9093", "consumerGroup": "workers", "topic": "orders", "lagThreshold": "50",
		"offsetResetPolicy": "earliest", "sasl": "scram_sha512", "tls": "enable", "version": "3.9.1",
	}, object.At("spec.triggers.0.metadata"), "strings only")
	assert.Nil(t, object.At(`metadata.annotations.pulumi\.com/waitFor`), "its Deployment may come later")
}

func TestLagWithItsOwnPace(t *testing.T) {
	own := worker
	own.MinReplicas, own.PollSeconds, own.RestSeconds = 1, 10, 60
	object := graph(t, own).Get(t, "kubernetes:keda.sh/v1alpha1:ScaledObject", "apps-worker")
	assert.Equal(t, 1.0, object.At("spec.minReplicaCount"))
	assert.Equal(t, 10.0, object.At("spec.pollingInterval"))
	assert.Equal(t, 60.0, object.At("spec.cooldownPeriod"))
}
