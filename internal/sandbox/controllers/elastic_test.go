package controllers

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestElasticRunsOnceItsSecretsAreThere(t *testing.T) {
	c, ns := world(t)
	secret := func(name string, data map[string]string) *corev1.Secret {
		return &corev1.Secret{ObjectMeta: objectMeta(ns, name), StringData: data}
	}
	tls := map[string]any{"tls": map[string]any{"certificate": map[string]any{"secretName": "own-ca"}}}
	es := inNamespace(elasticsearchObject(), ns, "logs", map[string]any{
		"version": "8.19.2", "http": tls,
		"auth": map[string]any{
			"fileRealm": []any{map[string]any{"secretName": "user-a"}}, "roles": []any{map[string]any{"secretName": "roles"}},
		},
		"nodeSets": []any{map[string]any{"name": "all", "count": int64(0)}},
	})
	kb := inNamespace(kibanaObject(), ns, "logs", map[string]any{
		"version": "8.19.2", "count": int64(0), "http": tls, "elasticsearchRef": map[string]any{"name": "logs"},
	})
	create(t, c, es, kb)
	phase := func(want string) {
		t.Helper()
		until(t, c, es, func(o *unstructured.Unstructured) bool { return text(o, "status", "phase") == want })
	}
	phase("Invalid")
	create(t, c, secret("user-a", map[string]string{"username": "a", "password": "p"}), secret("roles", map[string]string{"roles.yml": "a: {}"}))
	until(t, c, kb, func(o *unstructured.Unstructured) bool { return text(o, "status", "health") == "red" })
	create(t, c, secret("own-ca", map[string]string{"ca.crt": "AUTHORITY", "ca.key": "k"}))
	phase("Invalid") // a user without roles
	user := secret("user-a", nil)
	require.True(t, has(t, c, user))
	change(t, c, user, func(s *corev1.Secret) { s.StringData = map[string]string{"roles": "r"} })
	phase("Ready")
	until(t, c, kb, func(o *unstructured.Unstructured) bool { return text(o, "status", "health") == "green" })

	for _, name := range []string{"logs-es-http-certs-public", "logs-kb-http-certs-public"} {
		public := secret(name, nil)
		require.True(t, has(t, c, public), name)
		require.Equal(t, "AUTHORITY", string(public.Data["ca.crt"]), name)
	}
	require.True(t, has(t, c, secret("logs-es-elastic-user", nil)))
	for _, name := range []string{"logs-es-http", "logs-es-internal-http", "logs-es-transport", "logs-kb-http"} {
		require.True(t, has(t, c, &corev1.Service{ObjectMeta: objectMeta(ns, name)}), name)
	}
	require.True(t, has(t, c, &appsv1.StatefulSet{ObjectMeta: objectMeta(ns, "logs-es-all")}))
	kibana := &appsv1.Deployment{ObjectMeta: objectMeta(ns, "logs-kb")}
	require.True(t, has(t, c, kibana))
	require.Equal(t, "docker.elastic.co/kibana/kibana:8.19.2", kibana.Spec.Template.Spec.Containers[0].Image)
}
