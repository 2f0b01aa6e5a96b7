package data

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/infra/storage"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/stacks/config"
)

func streams() Inputs {
	return Inputs{
		DNSDomain: "cluster.local",
		Classes:   storage.Classes{Local: kube.Class{Name: "local"}},
		Web:       &network.Web{Domain: "home.test", Class: "traefik", Issuer: "ca"},
		Brokers:   network.TLSListener{Gateway: "main", Namespace: pulumi.String("edge"), Section: "kafka", Domain: "kafka.home.test"},
		Kafka: config.Kafka{
			Cluster: config.KafkaCluster{
				Name: "k9", Replicas: 1, MinInSync: 1,
				Pools: []config.KafkaPool{{
					Name: "dual", Roles: []config.KafkaRole{config.KafkaController, config.KafkaBroker}, Replicas: 1, FirstID: 5,
					VolumesGiB: []int{10}, MemoryMiB: 1024, CPUMillis: 100,
				}},
				External: &config.KafkaExternal{Bootstrap: "all", Broker: "b{id}"},
			},
			Namespaces: []string{"apps"},
			Topics:     []config.KafkaTopic{{Name: "orders", Partitions: 3}},
			Users: []config.KafkaUser{{
				Name: "worker", Namespaces: []string{"apps"}, Reads: []string{"orders"}, Groups: []string{"workers"},
			}},
			UI: config.KafkaUI{Node: "node-7"},
			Scalers: []config.Scaler{{
				Namespace: "apps", Deployment: "worker", User: "worker", Topic: "orders", Group: "workers", Lag: 10, MaxReplicas: 3,
			}},
		},
	}
}

// graph registers the part of the layer that is about Kafka.
func kafkaGraph(t *testing.T, in Inputs) (*kubetest.Graph, Kafka) {
	t.Helper()
	in.Charts = kube.Charts{Mirror: kubetest.Mirror(t)}
	var out Kafka
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		l := &layer{}
		require.NoError(t, ctx.RegisterComponentResource("streamforge:data:Data", "data", l))
		services, err := in.services(ctx, pulumi.Parent(l))
		require.NoError(t, err)
		out, err = kafka(ctx, in, services, pulumi.Parent(l))
		return err
	})
	return g, out
}

func TestKafkaIsReachedInsideAndOutside(t *testing.T) {
	g, out := kafkaGraph(t, streams())
	assert.Equal(t, "k9-kafka-bootstrap.kafka.svc:9093", out.Bootstrap)
	assert.Equal(t, "all.kafka.home.test:9094", out.External)
	for host, service := range map[string]string{"all": "k9-kafka-external-bootstrap", "b5": "k9-dual-5"} {
		r := g.Get(t, "kubernetes:gateway.networking.k8s.io/v1alpha2:TLSRoute", host+".kafka.home.test-route")
		assert.Equal(t, service, r.At("spec.rules.0.backendRefs.0.name"))
		assert.False(t, r.DependsOn("Kafka k9"), "a route may be there before its Service")
	}
	peers := g.Get(t, "kubernetes:kafka.strimzi.io/v1beta2:Kafka", "k9").At("spec.kafka.listeners.0.networkPolicyPeers")
	assert.Len(t, peers, 3, "the namespace itself, that of services, KEDA's")

	inside := streams()
	inside.Kafka.Cluster.External = nil
	_, out = kafkaGraph(t, inside)
	assert.Empty(t, out.External)
}

func TestNamespacesOfTheLayer(t *testing.T) {
	g, _ := kafkaGraph(t, streams())
	for name, level := range map[string]string{"kafka": "restricted", "keda": "restricted", "apps": "baseline"} {
		ns := g.Get(t, "kubernetes:core/v1:Namespace", name)
		assert.True(t, ns.Protect, name)
		assert.Equal(t, level, ns.At(`metadata.labels.pod-security\.kubernetes\.io/enforce`), name)
	}
	disposable := streams()
	disposable.Disposable = true
	g, _ = kafkaGraph(t, disposable)
	assert.False(t, g.Get(t, "kubernetes:core/v1:Namespace", "kafka").Protect)
	assert.False(t, g.Get(t, "kubernetes:kafka.strimzi.io/v1beta2:KafkaTopic", "k9-orders").Protect)
}

func TestClientsFindAllTheyNeedInOneSecret(t *testing.T) {
	g, out := kafkaGraph(t, streams())
	client := out.Clients["worker"]
	assert.Equal(t, "kafka-worker", client.Secret)
	secret := g.Get(t, "kubernetes:core/v1:Secret", "apps-kafka-worker")
	assert.Equal(t, client.Secret, secret.At("metadata.name"))
	assert.Equal(t, "apps", secret.At("metadata.namespace"))
	data := secret.At("stringData").(map[string]any)
	password := g.Get(t, "kubernetes:core/v1:Secret", "k9-user-worker").At("stringData.password")
	assert.Equal(t, map[string]any{
		"username": "worker", "password": password, "ca.crt": "certificate of k9-ca",
		"bootstrap.servers": out.Bootstrap, "security.protocol": "SASL_SSL", "sasl.mechanism": "SCRAM-SHA-512",
		"sasl.jaas.config": `org.apache.kafka.common.security.scram.ScramLoginModule required username="worker" password="` + password.(string) + `";`,
	}, data)
	assert.True(t, secret.Secret("stringData"))

	authentication := g.Get(t, "kubernetes:keda.sh/v1alpha1:TriggerAuthentication", "apps-worker")
	assert.True(t, authentication.DependsOn("keda") && authentication.DependsOn("apps-kafka-worker"))
	for i, key := range []string{"username", "password", "ca.crt"} {
		ref := authentication.At("spec.secretTargetRef").([]any)[i].(map[string]any)
		assert.Equal(t, client.Secret, ref["name"])
		assert.Contains(t, data, ref["key"])
		assert.Equal(t, key, ref["key"])
	}
	trigger := g.Get(t, "kubernetes:keda.sh/v1alpha1:ScaledObject", "apps-worker").At("spec.triggers.0.metadata").(map[string]any)
	assert.Equal(t, out.Bootstrap, trigger["bootstrapServers"])
}

func TestConsoleLogsInAsAClientLikeOthers(t *testing.T) {
	in := streams()
	in.Kafka.Connect = &config.KafkaConnect{Replicas: 1, MemoryMiB: 1024}
	g, out := kafkaGraph(t, in)
	assert.Equal(t, "https://kafka-ui.home.test", out.Console)
	user := g.Get(t, "kubernetes:kafka.strimzi.io/v1beta2:KafkaUser", "k9-user-kafka-ui")
	assert.Len(t, user.At("spec.authorization.acls"), 3)
	ui := g.Get(t, "kubernetes:apps/v1:Deployment", "kafka-ui")
	assert.True(t, ui.DependsOn("k9-user-kafka-ui"))
	assert.Equal(t, "node-7", ui.At(`spec.template.spec.nodeSelector.kubernetes\.io/hostname`))
	policy := g.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "k9-connect-clients")
	assert.Equal(t, ui.At("spec.selector.matchLabels"), policy.At("spec.ingress.0.from.0.podSelector.matchLabels"))

	for _, rule := range consoleRules(true) {
		for _, operation := range rule.Operations {
			assert.Contains(t, []string{"Describe", "DescribeConfigs", "Read"}, operation)
		}
	}
}
