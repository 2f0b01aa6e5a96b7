package controllers

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func piraeusNamed(kind, name string, spec map[string]any) *unstructured.Unstructured {
	o := piraeusObject(kind)
	o.SetName(name)
	o.Object["spec"] = spec
	return o
}

func onLabel(key, value string) map[string]any {
	return map[string]any{"nodeSelectorTerms": []any{map[string]any{"matchExpressions": []any{
		map[string]any{"key": key, "operator": "In", "values": []any{value}},
	}}}}
}

func is(t *testing.T, o *unstructured.Unstructured, kind string, want metav1.ConditionStatus) bool {
	t.Helper()
	var status struct{ Conditions []metav1.Condition }
	raw, found, err := unstructured.NestedMap(o.Object, "status")
	require.NoError(t, err)
	if !found {
		return false
	}
	require.NoError(t, runtime.DefaultUnstructuredConverter.FromUnstructured(raw, &status))
	return meta.IsStatusConditionPresentAndEqual(status.Conditions, kind, want)
}

func TestLinstorIsAvailableOnceANodeHasAPool(t *testing.T) {
	c, _ := world(t)
	node := func(name string, labels map[string]string) *corev1.Node {
		n := &corev1.Node{ObjectMeta: objectMeta("", name)}
		n.Labels = labels
		return n
	}
	create(t, c,
		node("linstor-disk", map[string]string{"linstor": "yes", "disk": "yes"}),
		node("linstor-bare", map[string]string{"linstor": "yes"}), node("linstor-none", nil))
	cluster := piraeusNamed("LinstorCluster", "linstorcluster", map[string]any{"nodeAffinity": onLabel("linstor", "yes")})
	create(t, c, cluster)
	until(t, c, cluster, func(o *unstructured.Unstructured) bool { return is(t, o, "Available", metav1.ConditionFalse) })

	disks := piraeusNamed("LinstorSatelliteConfiguration", "disks", map[string]any{
		"nodeAffinity": onLabel("disk", "yes"), "storagePools": []any{map[string]any{"name": "thin"}},
	})
	create(t, c, disks, piraeusNamed("LinstorSatelliteConfiguration", "network", map[string]any{}))
	until(t, c, cluster, func(o *unstructured.Unstructured) bool { return is(t, o, "Available", metav1.ConditionTrue) })
	until(t, c, disks, func(o *unstructured.Unstructured) bool { return is(t, o, "Applied", metav1.ConditionTrue) })

	satellite := piraeusNamed("LinstorSatellite", "linstor-disk", nil)
	until(t, c, satellite, func(o *unstructured.Unstructured) bool {
		pools, _, _ := unstructured.NestedSlice(o.Object, "spec", "storagePools")
		return len(pools) == 1 && is(t, o, "Configured", metav1.ConditionTrue)
	})
	bare := piraeusNamed("LinstorSatellite", "linstor-bare", nil)
	until(t, c, bare, func(o *unstructured.Unstructured) bool { return is(t, o, "Available", metav1.ConditionTrue) })
	require.Len(t, bare.Object["spec"].(map[string]any)["storagePools"], 0)
	require.Error(t, c.Get(t.Context(), client.ObjectKey{Name: "linstor-none"}, piraeusObject("LinstorSatellite")))
}
