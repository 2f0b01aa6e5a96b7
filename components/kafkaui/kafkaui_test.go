package kafkaui

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func graph(t *testing.T, edit func(*Args)) *kubetest.Graph {
	t.Helper()
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		user, err := kubetest.Any(ctx, "user")
		require.NoError(t, err)
		a := Args{
			Namespace: pulumi.String("events"), Node: "node-7", From: pulumi.String("edge"),
			Cluster: Cluster{
				Name: "k9", Bootstrap: "b.events.svc:9093", Login: "login", JAASKey: "jaas", CA: "authority", CAKey: "pem",
			},
			Ready: []pulumi.Resource{user},
		}
		if edit != nil {
			edit(&a)
		}
		k, err := New(ctx, "ui", a)
		require.Len(t, k.Ready, 2)
		return err
	})
}

// env gives the container's environment: plain values, and secret/key of those from Secrets.
func env(d kubetest.Resource) map[string]string {
	all := map[string]string{}
	for _, raw := range d.At("spec.template.spec.containers.0.env").([]any) {
		e := raw.(map[string]any)
		if value, plain := e["value"].(string); plain {
			all[e["name"].(string)] = value
			continue
		}
		ref := e["valueFrom"].(map[string]any)["secretKeyRef"].(map[string]any)
		all[e["name"].(string)] = ref["name"].(string) + "/" + ref["key"].(string)
	}
	return all
}

func TestConsole(t *testing.T) {
	d := graph(t, func(a *Args) { a.Connect = &Connect{"copy", "http://copy:8083"} }).Get(t, "kubernetes:apps/v1:Deployment", "ui")
	assert.Equal(t, 1.0, d.At("spec.replicas"))
	assert.True(t, d.DependsOn("user") && d.DependsOn("ui-login"))
	pod := "spec.template.spec."
	assert.Equal(t, "node-7", d.At(pod+`nodeSelector.kubernetes\.io/hostname`))
	assert.Equal(t, pins.KafkaUI, d.At(pod+"containers.0.image"))
	assert.Equal(t, map[string]string{
		"JAVA_OPTS": "-XX:MaxRAMPercentage=70", "AUTH_TYPE": "LOGIN_FORM",
		"SPRING_SECURITY_USER_NAME": "admin", "SPRING_SECURITY_USER_PASSWORD": "kafka-ui-login/password",
		"KAFKA_CLUSTERS_0_NAME": "k9", "KAFKA_CLUSTERS_0_READONLY": "false",
		"KAFKA_CLUSTERS_0_BOOTSTRAPSERVERS":                   "b.events.svc:9093",
		"KAFKA_CLUSTERS_0_PROPERTIES_SECURITY_PROTOCOL":       "SASL_SSL",
		"KAFKA_CLUSTERS_0_PROPERTIES_SASL_MECHANISM":          "SCRAM-SHA-512",
		"KAFKA_CLUSTERS_0_PROPERTIES_SASL_JAAS_CONFIG":        "login/jaas",
		"KAFKA_CLUSTERS_0_PROPERTIES_SSL_TRUSTSTORE_TYPE":     "PEM",
		"KAFKA_CLUSTERS_0_PROPERTIES_SSL_TRUSTSTORE_LOCATION": "/etc/kafka-ca/ca.crt",
		"KAFKA_CLUSTERS_0_KAFKACONNECT_0_NAME":                "copy", "KAFKA_CLUSTERS_0_KAFKACONNECT_0_ADDRESS": "http://copy:8083",
	}, env(d))
	assert.Equal(t, "authority", d.At(pod+"volumes.1.secret.secretName"))
	assert.Equal(t, []any{map[string]any{"key": "pem", "path": "ca.crt"}}, d.At(pod+"volumes.1.secret.items"))
	assert.Equal(t, "/etc/kafka-ca", d.At(pod+"containers.0.volumeMounts.1.mountPath"))
}

func TestConsoleIsHardened(t *testing.T) {
	d := graph(t, nil).Get(t, "kubernetes:apps/v1:Deployment", "ui")
	pod := "spec.template.spec."
	assert.Equal(t, true, d.At(pod+"securityContext.runAsNonRoot"))
	assert.Equal(t, 100.0, d.At(pod+"securityContext.runAsUser"), "the image's USER is a name, which the kubelet refuses")
	assert.Equal(t, "RuntimeDefault", d.At(pod+"securityContext.seccompProfile.type"))
	assert.Equal(t, false, d.At(pod+"automountServiceAccountToken"))
	container := pod + "containers.0."
	assert.Equal(t, true, d.At(container+"securityContext.readOnlyRootFilesystem"))
	assert.Equal(t, false, d.At(container+"securityContext.allowPrivilegeEscalation"))
	assert.Equal(t, []any{"ALL"}, d.At(container+"securityContext.capabilities.drop"))
	assert.NotNil(t, d.At(container+"resources.requests.cpu"))
	assert.NotNil(t, d.At(container+"resources.limits.memory"))
	for _, probe := range []string{"startupProbe", "readinessProbe", "livenessProbe"} {
		assert.Equal(t, "/actuator/health", d.At(container+probe+".httpGet.path"), probe)
	}
	assert.Equal(t, d.At("spec.selector.matchLabels"), d.At("spec.template.metadata.labels"))
}

func TestOnlyTheIngressControllerReachesTheConsole(t *testing.T) {
	g := graph(t, nil)
	policy := g.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "ui")
	assert.Len(t, policy.At("spec.ingress"), 1)
	assert.Equal(t, "edge", policy.At(`spec.ingress.0.from.0.namespaceSelector.matchLabels.kubernetes\.io/metadata\.name`))
	service := g.Get(t, "kubernetes:core/v1:Service", "ui")
	assert.Equal(t, Service, service.At("metadata.name"))
	assert.Equal(t, float64(Port), service.At("spec.ports.0.port"))
	assert.Equal(t, policy.At("spec.podSelector.matchLabels"), service.At("spec.selector"))
}

func TestPasswordStaysSecret(t *testing.T) {
	secret := graph(t, nil).Get(t, "kubernetes:core/v1:Secret", "ui-login")
	assert.True(t, secret.Secret("stringData"))
	assert.Len(t, secret.At("stringData.password"), 43)
}

func TestReadOnlyWithoutConnect(t *testing.T) {
	d := graph(t, func(a *Args) { a.ReadOnly = true }).Get(t, "kubernetes:apps/v1:Deployment", "ui")
	assert.Equal(t, "true", env(d)["KAFKA_CLUSTERS_0_READONLY"])
	assert.NotContains(t, env(d), "KAFKA_CLUSTERS_0_KAFKACONNECT_0_NAME")
}
