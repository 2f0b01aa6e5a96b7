package strimzi

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func topics(t *testing.T, topics ...TopicArgs) *kubetest.Graph {
	t.Helper()
	return graph(t, example(), func(ctx *pulumi.Context, c *Cluster) error {
		for _, topic := range topics {
			if _, err := c.Topic(ctx, topic); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestTopics(t *testing.T) {
	g := topics(t,
		TopicArgs{Name: "plain", Partitions: 6, Hours: 24, Settings: map[string]string{
			"max.message.bytes": "2000000", "unclean.leader.election.enable": "false", "compression.type": "zstd"}},
		TopicArgs{Name: "table", Partitions: 1, Compact: true, Replicas: 2, MinInSync: 1},
		TopicArgs{Name: "archive", Partitions: 1, Hours: -1},
	)
	plain := g.Get(t, topicType, "k9-plain")
	assert.True(t, plain.Protect, "its records go with the object")
	assert.True(t, plain.DependsOn("k9") && plain.DependsOn("k9-topics-binding"))
	assert.Equal(t, 6.0, plain.At("spec.partitions"))
	assert.Equal(t, 3.0, plain.At("spec.replicas"))
	assert.Equal(t, map[string]any{
		"min.insync.replicas": 2.0, "cleanup.policy": "delete", "retention.ms": 86400000.0,
		"max.message.bytes": 2000000.0, "unclean.leader.election.enable": false, "compression.type": "zstd",
	}, plain.At("spec.config"))
	table := g.Get(t, topicType, "k9-table")
	assert.Equal(t, 2.0, table.At("spec.replicas"))
	assert.Equal(t, map[string]any{"min.insync.replicas": 1.0, "cleanup.policy": "compact"}, table.At("spec.config"))
	archive := g.Get(t, topicType, "k9-archive").At("spec.config").(map[string]any)
	assert.Equal(t, -1.0, archive["retention.ms"])
}

func TestPartitionsAndCopiesAreGuarded(t *testing.T) {
	g := topics(t)
	policy := g.Get(t, "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy", "k9-topics")
	assert.Len(t, policy.At("spec.validations"), 2)
	assert.Equal(t, []any{"UPDATE"}, policy.At("spec.matchConstraints.resourceRules.0.operations"))
	binding := g.Get(t, "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding", "k9-topics-binding")
	assert.Equal(t, policy.At("metadata.name"), binding.At("spec.policyName"))
	assert.Equal(t, []any{"Deny"}, binding.At("spec.validationActions"))

	a := example()
	a.CruiseControl = true
	g = graph(t, a, nil)
	assert.NotNil(t, g.Get(t, kafkaType, "k9").At("spec.cruiseControl"))
	policy = g.Get(t, "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy", "k9-topics")
	assert.Len(t, policy.At("spec.validations"), 1, "Cruise Control can change the number of copies")
}

func TestUsers(t *testing.T) {
	g := graph(t, example(), func(ctx *pulumi.Context, c *Cluster) error {
		u, err := c.User(ctx, UserArgs{Name: "app", Rules: []Rule{
			Reading("market.*"), Writing("orders"), Grouping("app"), {"topic", "*", []string{"All"}}, {"cluster", "", []string{"Describe"}},
		}})
		assert.Equal(t, "app", u.Secret)
		return err
	})
	user := g.Get(t, userType, "k9-user-app")
	source := g.Get(t, "kubernetes:core/v1:Secret", "k9-user-app")
	assert.True(t, source.Secret("stringData"))
	assert.Len(t, source.At("stringData.password"), 43)
	ref := "spec.authentication.password.valueFrom.secretKeyRef."
	assert.Equal(t, source.At("metadata.name"), user.At(ref+"name"))
	assert.NotEqual(t, source.At("metadata.name"), user.At("metadata.name"), "the operator makes a Secret of that name")
	assert.Equal(t, "scram-sha-512", user.At("spec.authentication.type"))
	acl := func(kind, name, pattern string, operations ...any) map[string]any {
		return map[string]any{"resource": map[string]any{"type": kind, "name": name, "patternType": pattern}, "operations": operations}
	}
	assert.Equal(t, []any{
		acl("topic", "market.", "prefix", "Describe", "Read"), acl("topic", "orders", "literal", "Describe", "Write"),
		acl("group", "app", "literal", "Describe", "Read"), acl("topic", "*", "literal", "All"),
		map[string]any{"resource": map[string]any{"type": "cluster"}, "operations": []any{"Describe"}},
	}, user.At("spec.authorization.acls"))
}

func connect(t *testing.T, a ConnectArgs) *kubetest.Graph {
	t.Helper()
	return graph(t, example(), func(ctx *pulumi.Context, c *Cluster) error {
		k, err := c.Connect(ctx, a)
		assert.Equal(t, "http://k9-connect-connect-api.events.svc:8083", k.URL)
		return err
	})
}

func TestConnect(t *testing.T) {
	g := connect(t, ConnectArgs{
		Replicas: 2, MemoryMiB: 2048, Clients: map[string]string{"app": "console"},
		Connectors: []ConnectorArgs{
			{Name: "sink", Class: "a.Sink", Tasks: 2, Reads: []string{"orders"}, Settings: map[string]string{"topics": "orders", "batch": "10"}},
			{Name: "source", Class: "a.Source", Tasks: 1, Writes: []string{"orders"}},
		},
	})
	workers := g.Get(t, connectType, "k9-connect")
	assert.Equal(t, pins.KafkaConnect, workers.At("spec.image"))
	assert.Equal(t, "true", workers.At(`metadata.annotations.strimzi\.io/use-connector-resources`))
	assert.Equal(t, "k9-kafka-bootstrap.events.svc:9093", workers.At("spec.bootstrapServers"))
	assert.Equal(t, "k9-cluster-ca-cert", workers.At("spec.tls.trustedCertificates.0.secretName"))
	assert.Equal(t, "k9-connect", workers.At("spec.authentication.passwordSecret.secretName"))
	assert.Equal(t, "1024m", workers.At("spec.jvmOptions.-Xmx"))
	for _, topic := range []string{"configs", "offsets", "status"} {
		assert.Equal(t, "k9-connect-"+topic, workers.Values()["spec"].(map[string]any)["config"].(map[string]any)[map[string]string{"configs": "config", "offsets": "offset", "status": "status"}[topic]+".storage.topic"])
		r := g.Get(t, topicType, "k9-k9-connect-"+topic)
		assert.Equal(t, "compact", r.At(`spec.config.cleanup\.policy`))
		assert.True(t, workers.DependsOn(r.Name))
	}
	assert.Equal(t, 1.0, g.Get(t, topicType, "k9-k9-connect-configs").At("spec.partitions"))
	sink := g.Get(t, connectorType, "k9-connect-sink")
	assert.Equal(t, "k9-connect", sink.At(`metadata.labels.strimzi\.io/cluster`))
	assert.Equal(t, map[string]any{"topics": "orders", "batch": 10.0}, sink.At("spec.config"))
	assert.True(t, sink.DependsOn("k9-connect"))

	var allowed []string
	for _, raw := range g.Get(t, userType, "k9-user-k9-connect").At("spec.authorization.acls").([]any) {
		resource := raw.(map[string]any)["resource"].(map[string]any)
		allowed = append(allowed, resource["type"].(string)+" "+resource["name"].(string))
	}
	assert.Equal(t, []string{"topic k9-connect-", "group k9-connect", "topic orders", "group connect-sink", "topic orders"}, allowed)

	policy := g.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "k9-connect-clients")
	assert.Equal(t, "console", policy.At("spec.ingress.0.from.0.podSelector.matchLabels.app"))
	assert.Equal(t, 8083.0, policy.At("spec.ingress.0.ports.0.port"))
}

func TestConnectWithAnImageOfItsOwn(t *testing.T) {
	g := connect(t, ConnectArgs{Replicas: 1, MemoryMiB: 1024, Image: "registry.home.test/connect:1.0"})
	assert.Equal(t, "registry.home.test/connect:1.0", g.Get(t, connectType, "k9-connect").At("spec.image"))
}
