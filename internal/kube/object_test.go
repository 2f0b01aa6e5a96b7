package kube_test

import (
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
)

func TestApply(t *testing.T) {
	kind := kube.Kind{APIVersion: "example.test/v1", Kind: "Thing"}
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		first, err := kube.Apply(ctx, "first", kube.Object{
			Kind: kind, Namespace: pulumi.String("tools"), Spec: pulumi.Map{"size": pulumi.Int(1)},
			Annotations: pulumi.StringMap{"a": pulumi.String("b")}, WaitFor: "Ready", Timeout: time.Minute,
		})
		if err != nil {
			return err
		}
		_, err = kube.Apply(ctx, "second", kube.Object{
			Kind: kind, Name: "named", WaitFor: "Done", Fields: pulumi.Map{"parts": pulumi.Array{pulumi.String("x")}},
		}, kube.After(first))
		return err
	})
	first := g.Get(t, "kubernetes:example.test/v1:Thing", "first")
	assert.Equal(t, "first", first.At("metadata.name"))
	assert.Equal(t, "tools", first.At("metadata.namespace"))
	assert.Equal(t, 1.0, first.At("spec.size"))
	assert.Equal(t, map[string]any{
		"a": "b", "pulumi.com/waitFor": "condition=Ready", "pulumi.com/timeoutSeconds": "60",
	}, first.At("metadata.annotations"))

	second := g.Get(t, "kubernetes:example.test/v1:Thing", "second")
	assert.Equal(t, map[string]any{
		"apiVersion": "example.test/v1", "kind": "Thing", "metadata": map[string]any{"name": "named", "annotations": map[string]any{
			"pulumi.com/waitFor": "condition=Done", "pulumi.com/timeoutSeconds": "300",
		}}, "parts": []any{"x"},
	}, second.Values())
	assert.True(t, second.DependsOn("first"))
	assert.False(t, second.DependsOn("second"))
	assert.Empty(t, second.Request.GetCustomTimeouts().GetCreate(), "its annotation says it")
}

// TestServersAreWaitedForLonger: without another annotation than before, which would update what is there.
func TestServersAreWaitedForLonger(t *testing.T) {
	kind := kube.Kind{APIVersion: "example.test/v1", Kind: "Thing"}
	for wait, written := range map[string]string{"Ready": "condition=Ready", kube.Value(".status.phase", "Up"): "jsonpath={.status.phase}=Up"} {
		r := kubetest.Run(t, func(ctx *pulumi.Context) error {
			_, err := kube.Apply(ctx, "x", kube.Object{Kind: kind, WaitFor: wait, Servers: true})
			return err
		}).Get(t, "kubernetes:example.test/v1:Thing", "x")
		assert.Equal(t, map[string]any{"pulumi.com/waitFor": written, "pulumi.com/timeoutSeconds": "1200"}, r.At("metadata.annotations"))
		assert.Equal(t, "2400s", r.Request.GetCustomTimeouts().GetCreate())
		assert.Equal(t, "2400s", r.Request.GetCustomTimeouts().GetUpdate())
	}
}

func TestNamespace(t *testing.T) {
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		_, err := kube.Namespace(ctx, "tools", kube.Baseline)
		return err
	})
	r := g.Get(t, "kubernetes:core/v1:Namespace", "tools")
	assert.True(t, r.Protect, "deleting a namespace deletes everything in it")
	for _, mode := range []string{"enforce", "audit", "warn"} {
		assert.Equal(t, "baseline", r.At(`metadata.labels.pod-security\.kubernetes\.io/`+mode))
	}
}
