package controllers

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func inNamespace(o *unstructured.Unstructured, ns, name string, spec map[string]any) *unstructured.Unstructured {
	o.SetNamespace(ns)
	o.SetName(name)
	o.Object["spec"] = spec
	return o
}

func has(t *testing.T, c client.Client, o client.Object) bool {
	t.Helper()
	return c.Get(t.Context(), client.ObjectKeyFromObject(o), o) == nil
}

func TestArangoDBTakesOverASecretAndMakesTheOthers(t *testing.T) {
	c, ns := world(t)
	group := func(count int64) map[string]any { return map[string]any{"count": count} }
	root := &corev1.Secret{ObjectMeta: objectMeta(ns, "own-root"), StringData: map[string]string{"username": "root"}}
	create(t, c, root)
	o := inNamespace(arangoDeployment(), ns, "graph", map[string]any{
		"mode": "Cluster", "environment": "Production", "agents": group(3), "dbservers": group(3), "coordinators": group(1),
		"bootstrap": map[string]any{"passwordSecretNames": map[string]any{"root": "own-root"}},
		"metrics":   map[string]any{"enabled": true},
	})
	create(t, c, o)
	until(t, c, o, func(o *unstructured.Unstructured) bool {
		return arangoSays(o, "coordinators.count is 1, in production at least 2")
	})
	change(t, c, o, func(o *unstructured.Unstructured) {
		require.NoError(t, unstructured.SetNestedField(o.Object, int64(2), "spec", "coordinators", "count"))
	})
	until(t, c, o, func(o *unstructured.Unstructured) bool { return arangoSays(o, "secret own-root has no key password") })
	change(t, c, root, func(s *corev1.Secret) { s.StringData = map[string]string{"password": "mine"} })
	until(t, c, o, func(o *unstructured.Unstructured) bool {
		return is(t, o, "Ready", "True") && is(t, o, "UpToDate", "True")
	})

	require.True(t, has(t, c, root))
	require.Equal(t, "mine", string(root.Data["password"]))
	for _, name := range []string{"graph-jwt", "graph-ca"} {
		require.True(t, has(t, c, &corev1.Secret{ObjectMeta: objectMeta(ns, name)}), name)
	}
	for _, name := range []string{"graph", "graph-int", "graph-agent", "graph-exporter"} {
		require.True(t, has(t, c, &corev1.Service{ObjectMeta: objectMeta(ns, name)}), name)
	}
	require.False(t, has(t, c, &corev1.Service{ObjectMeta: objectMeta(ns, "graph-ea")}))
}

func arangoSays(o *unstructured.Unstructured, message string) bool {
	conditions, _ := field(o, "status", "conditions").([]any)
	for _, raw := range conditions {
		if m, _ := raw.(map[string]any); m["message"] == message {
			return true
		}
	}
	return false
}

func TestBackupPolicyWantsItsCredentials(t *testing.T) {
	c, ns := world(t)
	o := inNamespace(arangoPolicy(), ns, "nightly", map[string]any{
		"schedule": "0 3 * * *", "template": map[string]any{"upload": map[string]any{"credentialsSecretName": "store"}},
	})
	create(t, c, o)
	until(t, c, o, func(o *unstructured.Unstructured) bool {
		return text(o, "status", "message") == "secret store does not exist"
	})
	create(t, c, &corev1.Secret{ObjectMeta: objectMeta(ns, "store"), StringData: map[string]string{"token": "{}"}})
	until(t, c, o, func(o *unstructured.Unstructured) bool {
		return text(o, "status", "scheduled") != "" && text(o, "status", "message") == ""
	})
}

func TestPostgresRunsOnceItsSecretsAreThere(t *testing.T) {
	c, ns := world(t)
	for _, name := range []string{"pg-node-1", "pg-node-2"} { // instances never share a machine
		create(t, c, &corev1.Node{ObjectMeta: objectMeta("", name)})
	}
	credentials := func(user string) *corev1.Secret {
		return &corev1.Secret{ObjectMeta: objectMeta(ns, user+".team-pg.credentials.postgresql.acid.zalan.do")}
	}
	own := credentials("app-one")
	own.StringData = map[string]string{"username": "app_one", "password": "mine"}
	create(t, c, own)
	o := inNamespace(postgresObject(), ns, "team-pg", map[string]any{
		"teamId": "team", "numberOfInstances": int64(0), "volume": map[string]any{"size": "1Gi"},
		"users": map[string]any{"app_one": []any{}, "reader": []any{}}, "databases": map[string]any{"one": "nobody"},
		"tls": map[string]any{"secretName": "team-pg-tls"},
		"env": []any{map[string]any{"name": "KEY", "valueFrom": map[string]any{"secretKeyRef": map[string]any{"name": "s3", "key": "id"}}}},
	})
	create(t, c, o)
	status := func(want string) {
		t.Helper()
		until(t, c, o, func(o *unstructured.Unstructured) bool { return text(o, "status", "PostgresClusterStatus") == want })
	}
	status("CreateFailed")
	create(t, c,
		&corev1.Secret{ObjectMeta: objectMeta(ns, "team-pg-tls"), StringData: map[string]string{"tls.crt": "x", "tls.key": "x"}},
		&corev1.Secret{ObjectMeta: objectMeta(ns, "s3"), StringData: map[string]string{"id": "x"}})
	require.False(t, has(t, c, &appsv1.StatefulSet{ObjectMeta: objectMeta(ns, "team-pg")}), "its database has no owner yet")
	change(t, c, o, func(o *unstructured.Unstructured) {
		require.NoError(t, unstructured.SetNestedField(o.Object, "app_one", "spec", "databases", "one"))
	})
	status("Running")
	require.True(t, has(t, c, own))
	require.Equal(t, "mine", string(own.Data["password"]), "the operator takes over what it finds")
	for _, user := range []string{"reader", "postgres", "standby"} {
		require.True(t, has(t, c, credentials(user)), user)
	}
	for _, name := range []string{"team-pg", "team-pg-repl", "team-pg-config"} {
		require.True(t, has(t, c, &corev1.Service{ObjectMeta: objectMeta(ns, name)}), name)
	}
}
