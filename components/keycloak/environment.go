package keycloak

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// buildOptions are those that the server must be built with and is then started with.
func buildOptions() []corev1.EnvVarInput {
	return []corev1.EnvVarInput{
		env("KC_DB", "postgres"), env("KC_HEALTH_ENABLED", "true"), env("KC_METRICS_ENABLED", "true"),
	}
}

// environment configures one server. TLS ends at the ingress controller, which is the only one
// that reaches the port and so the only one whose forwarding headers are believed.
func environment(a Args) corev1.EnvVarArray {
	d := a.Database
	return append(corev1.EnvVarArray(buildOptions()),
		env("KC_HOSTNAME", a.URL), env("KC_HTTP_ENABLED", "true"), env("KC_PROXY_HEADERS", "xforwarded"),
		env("KC_DB_URL", fmt.Sprintf("jdbc:postgresql://%s:%d/%s?sslmode=verify-full&sslrootcert=%s/%s", d.Host, d.Port, d.Name, trustMount, keyDatabaseC)),
		env("KC_DB_USERNAME", d.User), secret("KC_DB_PASSWORD", keyDatabase),
		env("KC_BOOTSTRAP_ADMIN_USERNAME", User), secret("KC_BOOTSTRAP_ADMIN_PASSWORD", keyAdmin),
		env("KC_TRUSTSTORE_PATHS", trustMount+"/"+keyTrust),
		// Servers find each other in a table of the database and talk TLS with keys from there.
		env("KC_CACHE", "ispn"), env("KC_CACHE_STACK", "jdbc-ping"),
		field("POD_IP", "status.podIP"),
		env("JAVA_OPTS_APPEND", "-Djgroups.bind.address=$(POD_IP)"),
		env("JAVA_OPTS_KC_HEAP", "-XX:MaxRAMPercentage=60 -XX:InitialRAMPercentage=30"),
	)
}

func env(name, value string) *corev1.EnvVarArgs {
	return &corev1.EnvVarArgs{Name: pulumi.String(name), Value: pulumi.String(value)}
}

func secret(name, key string) *corev1.EnvVarArgs {
	return &corev1.EnvVarArgs{Name: pulumi.String(name), ValueFrom: &corev1.EnvVarSourceArgs{
		SecretKeyRef: &corev1.SecretKeySelectorArgs{Name: pulumi.String(secretObject), Key: pulumi.String(key)},
	}}
}

func field(name, path string) *corev1.EnvVarArgs {
	return &corev1.EnvVarArgs{Name: pulumi.String(name), ValueFrom: &corev1.EnvVarSourceArgs{
		FieldRef: &corev1.ObjectFieldSelectorArgs{FieldPath: pulumi.String(path)},
	}}
}
