package keycloak

import (
	"fmt"

	"github.com/streamforge/infrastructure/internal/kube"
)

// buildOptions are those that the server must be built with and is then started with.
func buildOptions() []kube.EnvVar {
	return []kube.EnvVar{
		kube.Env("KC_DB", "postgres"), kube.Env("KC_HEALTH_ENABLED", "true"), kube.Env("KC_METRICS_ENABLED", "true"),
	}
}

// environment configures one server. TLS ends at the ingress controller, which is the only one
// that reaches the port and so the only one whose forwarding headers are believed.
func environment(a Args) []kube.EnvVar {
	d := a.Database
	return append(buildOptions(),
		kube.Env("KC_HOSTNAME", a.URL), kube.Env("KC_HTTP_ENABLED", "true"), kube.Env("KC_PROXY_HEADERS", "xforwarded"),
		kube.Env("KC_DB_URL", fmt.Sprintf("jdbc:postgresql://%s:%d/%s?sslmode=verify-full&sslrootcert=%s/%s", d.Host, d.Port, d.Name, trustMount, keyDatabaseC)),
		kube.Env("KC_DB_USERNAME", d.User), kube.EnvFromSecret("KC_DB_PASSWORD", secretObject, keyDatabase),
		kube.Env("KC_BOOTSTRAP_ADMIN_USERNAME", User), kube.EnvFromSecret("KC_BOOTSTRAP_ADMIN_PASSWORD", secretObject, keyAdmin),
		kube.Env("KC_TRUSTSTORE_PATHS", trustMount+"/"+keyTrust),
		// Servers find each other in a table of the database and talk TLS with keys from there.
		kube.Env("KC_CACHE", "ispn"), kube.Env("KC_CACHE_STACK", "jdbc-ping"),
		kube.EnvFromField("POD_IP", "status.podIP"),
		kube.Env("JAVA_OPTS_APPEND", "-Djgroups.bind.address=$(POD_IP)"),
		kube.Env("JAVA_OPTS_KC_HEAP", "-XX:MaxRAMPercentage=60 -XX:InitialRAMPercentage=30"),
	)
}
