package controllers

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestAlertmanagerRunsOnceItsSecretsAreThere(t *testing.T) {
	c, ns := world(t)
	storage := map[string]any{"volumeClaimTemplate": map[string]any{"spec": map[string]any{
		"accessModes": []any{"ReadWriteOnce"}, "storageClassName": "fast",
		"resources": map[string]any{"requests": map[string]any{"storage": "2Gi"}},
	}}}
	metrics := inNamespace(monitoringObject("Prometheus"), ns, "all", map[string]any{"replicas": int64(0), "storage": storage})
	alerts := inNamespace(monitoringObject("Alertmanager"), ns, "all", map[string]any{
		"replicas": int64(0), "storage": storage, "configSecret": "routes", "secrets": []any{"token"},
	})
	create(t, c, metrics, alerts)
	available := func(o *unstructured.Unstructured) bool { return is(t, o, "Available", "True") }
	until(t, c, metrics, available)
	set := &appsv1.StatefulSet{ObjectMeta: objectMeta(ns, "prometheus-all")}
	require.True(t, has(t, c, set))
	require.Equal(t, "fast", *set.Spec.VolumeClaimTemplates[0].Spec.StorageClassName)
	require.Equal(t, "prometheus", set.Spec.Template.Labels["app.kubernetes.io/name"], "what its NetworkPolicy selects")

	says := func(message string) func(*unstructured.Unstructured) bool {
		return func(o *unstructured.Unstructured) bool { return arangoSays(o, message) }
	}
	until(t, c, alerts, says("secret routes does not exist"))
	routes := &corev1.Secret{ObjectMeta: objectMeta(ns, "routes"), StringData: map[string]string{"other": "x"}}
	create(t, c, routes)
	until(t, c, alerts, says("secret routes has no key alertmanager.yaml"))
	change(t, c, routes, func(s *corev1.Secret) { s.StringData = map[string]string{"alertmanager.yaml": "route: {}"} })
	until(t, c, alerts, says("secret token does not exist"))
	create(t, c, &corev1.Secret{ObjectMeta: objectMeta(ns, "token")})
	until(t, c, alerts, available)
}
