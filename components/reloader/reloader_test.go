package reloader

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func TestReloader(t *testing.T) {
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		_, err := New(ctx, "reloader", Args{Charts: charts, Namespace: pulumi.String("reloader"), Scraper: "watchers"})
		return err
	})
	r := g.Release(t, "reloader")
	require.Equal(t, pins.Reloader.Version, r.At("version"))
	assert.Equal(t, "annotations", r.At("values.reloader.reloadStrategy"), "Argo CD takes environment variables out again")
	assert.Equal(t, true, r.At("values.reloader.enableHA"))
	assert.Equal(t, 2.0, r.At("values.reloader.deployment.replicas"))
	assert.Equal(t, false, r.At("values.reloader.autoReloadAll"))
	labels := map[string]any{"streamforge.home/app": "reloader"}
	assert.Equal(t, labels, r.At("values.reloader.matchLabels"))
	assert.Equal(t, labels, g.Get(t, "kubernetes:policy/v1:PodDisruptionBudget", "reloader-budget").At("spec.selector.matchLabels"))
	policy := g.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "reloader-policy")
	assert.Equal(t, labels, policy.At("spec.podSelector.matchLabels"))
	assert.Equal(t, "watchers", policy.At(`spec.ingress.0.from.0.namespaceSelector.matchLabels.kubernetes\.io/metadata\.name`))
}
