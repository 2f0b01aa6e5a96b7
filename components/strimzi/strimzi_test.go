package strimzi

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

const (
	kafkaType     = "kubernetes:kafka.strimzi.io/v1beta2:Kafka"
	poolType      = "kubernetes:kafka.strimzi.io/v1beta2:KafkaNodePool"
	topicType     = "kubernetes:kafka.strimzi.io/v1beta2:KafkaTopic"
	userType      = "kubernetes:kafka.strimzi.io/v1beta2:KafkaUser"
	connectType   = "kubernetes:kafka.strimzi.io/v1beta2:KafkaConnect"
	connectorType = "kubernetes:kafka.strimzi.io/v1beta2:KafkaConnector"
)

func example() Args {
	return Args{
		Name: "k9", Namespace: pulumi.String("events"), NamespaceName: "events", Replicas: 3, MinInSync: 2,
		StorageClass: "local", Clients: []string{"apps"},
		Pools: []Pool{
			{Name: "ctl", Controller: true, Replicas: 3, FirstID: 100, VolumesGiB: []int{5}, MemoryMiB: 1024, CPUMillis: 100},
			{Name: "brk", Broker: true, Replicas: 3, FirstID: 10, VolumesGiB: []int{50, 60}, MemoryMiB: 4096, CPUMillis: 500},
		},
		External: &External{
			Bootstrap: "all.kafka.home.test",
			Broker:    func(id int) string { return fmt.Sprintf("b%d.kafka.home.test", id) },
			From:      pulumi.String("edge"),
		},
	}
}

// graph registers a cluster, and what more does with it.
func graph(t *testing.T, a Args, more func(*pulumi.Context, *Cluster) error) *kubetest.Graph {
	t.Helper()
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		class, err := kubetest.Any(ctx, "class")
		require.NoError(t, err)
		operator, err := NewOperator(ctx, "strimzi", OperatorArgs{Charts: charts, Namespace: a.Namespace, DNSDomain: "cluster.local"})
		require.NoError(t, err)
		a.Operator, a.Storage = operator.Ready, []pulumi.Resource{class}
		c, err := NewCluster(ctx, "k9", a)
		if err != nil || more == nil {
			return err
		}
		return more(ctx, c)
	})
}

func TestOperatorServesItsOwnNamespaceOnly(t *testing.T) {
	r := graph(t, example(), nil).Release(t, "strimzi")
	assert.Equal(t, pins.Strimzi.Version, r.At("version"))
	assert.Equal(t, "events", r.At("namespace"))
	assert.Nil(t, r.At("values.watchNamespaces"), "the chart refuses its own namespace in the list")
	assert.Equal(t, "restricted", r.At("values.extraEnvs.0.value"))
	assert.Equal(t, 2.0, r.At("values.replicas"))
	assert.Equal(t, true, r.At("values.podDisruptionBudget.enabled"))
}

func TestCluster(t *testing.T) {
	g := graph(t, example(), nil)
	k := g.Get(t, kafkaType, "k9")
	assert.True(t, k.Protect)
	assert.True(t, k.DependsOn("k9-brk") && k.DependsOn("k9-ctl"))
	assert.Equal(t, "enabled", k.At(`metadata.annotations.strimzi\.io/kraft`))
	assert.Equal(t, "enabled", k.At(`metadata.annotations.strimzi\.io/node-pools`))
	assert.Equal(t, "condition=Ready", k.At(`metadata.annotations.pulumi\.com/waitFor`))
	assert.Equal(t, pins.Kafka, k.At("spec.kafka.version"))
	assert.True(t, strings.HasPrefix(pins.Kafka, strings.TrimSuffix(pins.KafkaMetadata, "-IV0")))
	assert.Equal(t, "topology.kubernetes.io/zone", k.At("spec.kafka.rack.topologyKey"))
	assert.Equal(t, map[string]any{"type": "simple"}, k.At("spec.kafka.authorization"), "nobody is above the rules")
	assert.Equal(t, map[string]any{
		"auto.create.topics.enable": false, "default.replication.factor": 3.0, "min.insync.replicas": 2.0,
		"offsets.topic.replication.factor": 3.0, "transaction.state.log.replication.factor": 3.0,
		"transaction.state.log.min.isr": 2.0,
	}, k.At("spec.kafka.config"))
	assert.Nil(t, k.At("spec.cruiseControl"))
	assert.NotNil(t, k.At("spec.kafkaExporter.topicRegex"))
	assert.NotNil(t, k.At("spec.entityOperator.userOperator"), "without it users are ignored")
	rules := g.Get(t, "kubernetes:core/v1:ConfigMap", "k9-metrics")
	ref := "spec.kafka.metricsConfig.valueFrom.configMapKeyRef."
	assert.Equal(t, rules.At("metadata.name"), k.At(ref+"name"))
	assert.NotNil(t, rules.Values()["data"].(map[string]any)[k.At(ref+"key").(string)])
}

func TestListeners(t *testing.T) {
	k := graph(t, example(), nil).Get(t, kafkaType, "k9")
	for _, l := range []string{"0", "1"} {
		at := "spec.kafka.listeners." + l + "."
		assert.Equal(t, true, k.At(at+"tls"))
		assert.Equal(t, "scram-sha-512", k.At(at+"authentication.type"))
	}
	peer := `.namespaceSelector.matchLabels.kubernetes\.io/metadata\.name`
	assert.Equal(t, map[string]any{"podSelector": map[string]any{}}, k.At("spec.kafka.listeners.0.networkPolicyPeers.0"))
	assert.Equal(t, "apps", k.At("spec.kafka.listeners.0.networkPolicyPeers.1"+peer))
	assert.Equal(t, "edge", k.At("spec.kafka.listeners.1.networkPolicyPeers.0"+peer))
	assert.Equal(t, "cluster-ip", k.At("spec.kafka.listeners.1.type"))
	assert.Equal(t, []any{"all.kafka.home.test"}, k.At("spec.kafka.listeners.1.configuration.bootstrap.alternativeNames"))
	assert.Equal(t, map[string]any{"broker": 11.0, "advertisedHost": "b11.kafka.home.test"},
		k.At("spec.kafka.listeners.1.configuration.brokers.1"))

	inside := example()
	inside.External = nil
	assert.Len(t, graph(t, inside, nil).Get(t, kafkaType, "k9").At("spec.kafka.listeners"), 1)
	assert.Empty(t, inside.hosts())
}

func TestHostsLeadToTheServicesThatTheOperatorMakes(t *testing.T) {
	assert.Equal(t, []Host{
		{"all.kafka.home.test", "k9-kafka-external-bootstrap", 9094}, {"b10.kafka.home.test", "k9-brk-10", 9094},
		{"b11.kafka.home.test", "k9-brk-11", 9094}, {"b12.kafka.home.test", "k9-brk-12", 9094},
	}, example().hosts())
	assert.Equal(t, "k9-kafka-bootstrap.events.svc:9093", Bootstrap("k9", "events"))
}

func TestPools(t *testing.T) {
	p := graph(t, example(), nil).Get(t, poolType, "k9-brk")
	assert.True(t, p.Protect)
	assert.True(t, p.DependsOn("class") && p.DependsOn("strimzi") && p.DependsOn("k9-metrics") && p.DependsOn("k9-ca.key"))
	assert.Equal(t, "k9", p.At(`metadata.labels.strimzi\.io/cluster`))
	assert.Equal(t, "[10-109]", p.At(`metadata.annotations.strimzi\.io/next-node-ids`))
	assert.Equal(t, []any{"broker"}, p.At("spec.roles"))
	assert.Equal(t, []any{
		map[string]any{"id": 0.0, "type": "persistent-claim", "size": "50Gi", "class": "local", "deleteClaim": false, "kraftMetadata": "shared"},
		map[string]any{"id": 1.0, "type": "persistent-claim", "size": "60Gi", "class": "local", "deleteClaim": false},
	}, p.At("spec.storage.volumes"))
	assert.Equal(t, "2048m", p.At("spec.jvmOptions.-Xmx"))
	assert.Equal(t, "4096Mi", p.At("spec.resources.limits.memory"))
	affinity := "spec.template.pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution.0."
	assert.Equal(t, "kubernetes.io/hostname", p.At(affinity+"topologyKey"))
	assert.Equal(t, "brk", p.At(affinity+`labelSelector.matchLabels.strimzi\.io/pool-name`))
}

func TestAuthority(t *testing.T) {
	g := graph(t, example(), nil)
	assert.True(t, g.Get(t, "tls:index/privateKey:PrivateKey", "k9-ca-key").Protect)
	assert.True(t, g.Get(t, "tls:index/selfSignedCert:SelfSignedCert", "k9-ca").Protect)
	assert.Equal(t, false, g.Get(t, kafkaType, "k9").At("spec.clusterCa.generateCertificateAuthority"))
	cert, key := g.Get(t, "kubernetes:core/v1:Secret", "k9-ca.crt"), g.Get(t, "kubernetes:core/v1:Secret", "k9-ca.key")
	assert.Equal(t, "k9-cluster-ca-cert", cert.At("metadata.name"))
	assert.Equal(t, "0", cert.At(`metadata.annotations.strimzi\.io/ca-cert-generation`))
	assert.Equal(t, "k9-cluster-ca", key.At("metadata.name"))
	assert.Equal(t, "0", key.At(`metadata.annotations.strimzi\.io/ca-key-generation`))
	for _, s := range []kubetest.Resource{cert, key} {
		assert.Equal(t, "Kafka", s.At(`metadata.labels.strimzi\.io/kind`))
		assert.Equal(t, "k9", s.At(`metadata.labels.strimzi\.io/cluster`))
	}
	assert.True(t, key.Secret("stringData"))
}

func TestDisposableClusterIsNotProtected(t *testing.T) {
	a := example()
	a.Disposable = true
	for _, r := range graph(t, a, nil).All {
		if r.Type == kafkaType || r.Type == poolType || strings.HasPrefix(r.Type, "tls:") {
			assert.False(t, r.Protect, r.Name)
		}
	}
}

func TestRulesOfMetricsAreYAML(t *testing.T) {
	for _, text := range []string{kafkaRules, connectRules} {
		var rules struct {
			Rules []struct{ Pattern, Name, Type string }
		}
		require.NoError(t, yaml.Unmarshal([]byte(text), &rules))
		require.NotEmpty(t, rules.Rules)
		for _, r := range rules.Rules {
			assert.Contains(t, r.Pattern, "kafka.")
			assert.NotEmpty(t, r.Name)
			assert.Contains(t, []string{"GAUGE", "COUNTER"}, r.Type)
		}
	}
}
