package keycloak

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func graph(t *testing.T, edit func(*Args)) *kubetest.Graph {
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		database, err := kubetest.Any(ctx, "database")
		require.NoError(t, err)
		a := Args{
			Namespace: pulumi.String("login"), URL: "https://login.example.test", Replicas: 3, From: pulumi.String("edge"),
			Trust: pulumi.String("authority"),
			Database: Database{Host: "pg.data.svc", Port: 5432, Name: "people", User: "owner",
				Password: pulumi.ToSecret(pulumi.String("pw")).(pulumi.StringOutput), CA: pulumi.String("database authority")},
			Ready: []pulumi.Resource{database},
		}
		if edit != nil {
			edit(&a)
		}
		_, err = New(ctx, "kc", a)
		return err
	})
}

const statefulSet = "kubernetes:apps/v1:StatefulSet"

// environ gives a container's environment: plain values, secret/key, or the path of a field.
func environ(r kubetest.Resource, container string) map[string]string {
	all := map[string]string{}
	for _, raw := range r.At("spec.template.spec." + container + ".env").([]any) {
		e := raw.(map[string]any)
		if value, plain := e["value"].(string); plain {
			all[e["name"].(string)] = value
			continue
		}
		from := e["valueFrom"].(map[string]any)
		if ref, ok := from["secretKeyRef"].(map[string]any); ok {
			all[e["name"].(string)] = ref["name"].(string) + "/" + ref["key"].(string)
		} else {
			all[e["name"].(string)] = from["fieldRef"].(map[string]any)["fieldPath"].(string)
		}
	}
	return all
}

func TestServers(t *testing.T) {
	set := graph(t, nil).Get(t, statefulSet, "kc")
	assert.Equal(t, 3.0, set.At("spec.replicas"))
	assert.True(t, set.DependsOn("database") && set.DependsOn("kc") && set.Protect)
	assert.Equal(t, pins.Keycloak, set.At("spec.template.spec.containers.0.image"))
	assert.Equal(t, map[string]string{
		"KC_DB": "postgres", "KC_HEALTH_ENABLED": "true", "KC_METRICS_ENABLED": "true",
		"KC_HOSTNAME": "https://login.example.test", "KC_HTTP_ENABLED": "true", "KC_PROXY_HEADERS": "xforwarded",
		"KC_DB_URL":      "jdbc:postgresql://pg.data.svc:5432/people?sslmode=verify-full&sslrootcert=/etc/keycloak-trust/database.crt",
		"KC_DB_USERNAME": "owner", "KC_DB_PASSWORD": "keycloak-server/database-password",
		"KC_BOOTSTRAP_ADMIN_USERNAME": "admin", "KC_BOOTSTRAP_ADMIN_PASSWORD": "keycloak-server/admin-password",
		"KC_TRUSTSTORE_PATHS": "/etc/keycloak-trust/platform.crt",
		"KC_CACHE":            "ispn", "KC_CACHE_STACK": "jdbc-ping", "POD_IP": "status.podIP",
		"JAVA_OPTS_APPEND":  "-Djgroups.bind.address=$(POD_IP)",
		"JAVA_OPTS_KC_HEAP": "-XX:MaxRAMPercentage=60 -XX:InitialRAMPercentage=30",
	}, environ(set, "containers.0"))
	for probe, path := range map[string]string{
		"startupProbe": "/health/started", "readinessProbe": "/health/ready", "livenessProbe": "/health/live",
	} {
		assert.Equal(t, path, set.At("spec.template.spec.containers.0."+probe+".httpGet.path"))
		assert.Equal(t, "management", set.At("spec.template.spec.containers.0."+probe+".httpGet.port"))
	}
}

// What is built must be what is started, or the server refuses the start.
func TestBuiltForTheDatabase(t *testing.T) {
	set := graph(t, nil).Get(t, statefulSet, "kc")
	running := environ(set, "containers.0")
	for name, value := range environ(set, "initContainers.1") {
		assert.Equal(t, value, running[name])
	}
	assert.Equal(t, []any{"start", "--optimized"}, set.At("spec.template.spec.containers.0.args"))
	assert.Equal(t, []any{"/opt/keycloak/bin/kc.sh", "build"}, set.At("spec.template.spec.initContainers.1.command"))
	for _, container := range []string{"initContainers.0", "initContainers.1", "containers.0"} {
		at := "spec.template.spec." + container + ".securityContext."
		assert.Equal(t, true, set.At(at+"readOnlyRootFilesystem"))
		assert.Equal(t, []any{"ALL"}, set.At(at+"capabilities.drop"))
	}
}

func TestWhoReachesTheServers(t *testing.T) {
	ingress := func(edit func(*Args)) []any {
		return graph(t, edit).Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "kc").At("spec.ingress").([]any)
	}
	assert.Len(t, ingress(nil), 2, "the ingress controller and each other")
	assert.Len(t, ingress(func(a *Args) { a.Monitors = pulumi.String("monitoring") }), 3)
}

func TestPasswords(t *testing.T) {
	secret := graph(t, nil).Get(t, "kubernetes:core/v1:Secret", "kc")
	assert.True(t, secret.Secret("stringData"))
	assert.Len(t, secret.At(`stringData.admin-password`), 43, "made here")
	given := graph(t, func(a *Args) { a.Password = pulumi.String("changed by hand") })
	assert.Equal(t, "changed by hand", given.Get(t, "kubernetes:core/v1:Secret", "kc").At("stringData.admin-password"))
}

func TestASingleServerMayBeDrained(t *testing.T) {
	g := graph(t, func(a *Args) { a.Replicas = 1 })
	for _, name := range g.Names() {
		assert.NotContains(t, name, "PodDisruptionBudget")
	}
	assert.Equal(t, "keycloak", graph(t, nil).Get(t, "kubernetes:policy/v1:PodDisruptionBudget", "kc").At("metadata.name"))
}
