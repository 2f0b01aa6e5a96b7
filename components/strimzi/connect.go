package strimzi

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// ConnectArgs describe the workers that copy between topics and other systems.
type ConnectArgs struct {
	Replicas   int
	MemoryMiB  int
	Image      string // with the connectors' plugins; empty means Strimzi's own
	Connectors []ConnectorArgs
	Clients    map[string]string // labels of pods in the namespace that may use the REST interface
}

// ConnectorArgs describe a connector.
type ConnectorArgs struct {
	Name     string
	Class    string
	Tasks    int
	Reads    []string // topics; a name may end in *
	Writes   []string
	Settings map[string]string
}

// Connect is a running set of workers.
type Connect struct {
	Name  string
	URL   string // of the REST interface, for pods in the namespace that are Clients
	Ready []pulumi.Resource
}

var (
	connectKind   = kube.Kind{APIVersion: "kafka.strimzi.io/v1beta2", Kind: "KafkaConnect"}
	connectorKind = kube.Kind{APIVersion: "kafka.strimzi.io/v1beta2", Kind: "KafkaConnector"}
)

// Connect declares the workers, the topics in which they keep what they know, a user of their own,
// and the connectors.
func (c *Cluster) Connect(ctx *pulumi.Context, a ConnectArgs) (*Connect, error) {
	name := connectName(c.Name)
	user, err := c.User(ctx, UserArgs{Name: name, Rules: connectPermissions(name, a.Connectors)})
	if err != nil {
		return nil, err
	}
	before := slices.Clone(user.Ready)
	for _, t := range []TopicArgs{
		{Name: name + "-configs", Partitions: 1, Compact: true}, // must have one partition
		{Name: name + "-offsets", Partitions: 25, Compact: true},
		{Name: name + "-status", Partitions: 5, Compact: true},
	} {
		topic, err := c.Topic(ctx, t)
		if err != nil {
			return nil, err
		}
		before = append(before, topic)
	}
	if a.Image == "" {
		a.Image = pins.KafkaConnect
	}
	workers, err := kube.Apply(ctx, name, kube.Object{
		Kind: connectKind, Name: name, Namespace: c.namespace, WaitFor: "Ready", Timeout: 10 * time.Minute,
		Annotations: pulumi.StringMap{"strimzi.io/use-connector-resources": pulumi.String("true")},
		Spec:        c.connectSpec(name, user.Secret, a),
	}, pulumi.Parent(c), kube.After(before...))
	if err != nil {
		return nil, err
	}
	if err := c.admit(ctx, name, a.Clients); err != nil {
		return nil, err
	}
	connect := &Connect{Name: name, URL: connectURL(name, c.namespaceName), Ready: []pulumi.Resource{workers}}
	for _, k := range a.Connectors {
		connector, err := c.connector(ctx, name, k, workers)
		if err != nil {
			return nil, err
		}
		connect.Ready = append(connect.Ready, connector)
	}
	return connect, nil
}

func (c *Cluster) connectSpec(name, secret string, a ConnectArgs) pulumi.Map {
	heap, memory := fmt.Sprintf("%dm", a.MemoryMiB/2), pulumi.Sprintf("%dMi", a.MemoryMiB)
	return pulumi.Map{
		"version":          pulumi.String(pins.Kafka),
		"image":            pulumi.String(a.Image),
		"replicas":         pulumi.Int(a.Replicas),
		"bootstrapServers": pulumi.String(c.Bootstrap),
		"tls": pulumi.Map{"trustedCertificates": pulumi.Array{pulumi.Map{
			"secretName": pulumi.String(CASecret(c.Name)), "certificate": pulumi.String(CAKey),
		}}},
		"authentication": pulumi.Map{
			"type": pulumi.String("scram-sha-512"), "username": pulumi.String(name),
			"passwordSecret": pulumi.Map{"secretName": pulumi.String(secret), "password": pulumi.String(PasswordKey)},
		},
		"config": pulumi.Map{
			"group.id":             pulumi.String(name),
			"config.storage.topic": pulumi.String(name + "-configs"),
			"offset.storage.topic": pulumi.String(name + "-offsets"),
			"status.storage.topic": pulumi.String(name + "-status"),
			"key.converter":        pulumi.String("org.apache.kafka.connect.json.JsonConverter"),
			"value.converter":      pulumi.String("org.apache.kafka.connect.json.JsonConverter"),
		},
		"resources": pulumi.Map{
			"requests": pulumi.Map{"cpu": pulumi.String("100m"), "memory": memory}, "limits": pulumi.Map{"memory": memory},
		},
		"jvmOptions":    pulumi.Map{"-Xms": pulumi.String(heap), "-Xmx": pulumi.String(heap)},
		"metricsConfig": c.metricsFrom(connectRulesKey),
		"template": pulumi.Map{
			"podDisruptionBudget": pulumi.Map{"maxUnavailable": pulumi.Int(1)},
			"pod": pulumi.Map{"topologySpreadConstraints": pulumi.Array{pulumi.Map{
				"maxSkew": pulumi.Int(1), "topologyKey": pulumi.String(zone), "whenUnsatisfiable": pulumi.String("ScheduleAnyway"),
				"labelSelector": pulumi.Map{"matchLabels": pulumi.Map{
					clusterLabel: pulumi.String(name), KindLabel: pulumi.String("KafkaConnect"),
				}},
			}}},
		},
	}
}

func (c *Cluster) connector(ctx *pulumi.Context, connect string, k ConnectorArgs, workers pulumi.Resource) (pulumi.Resource, error) {
	settings := pulumi.Map{}
	for _, name := range slices.Sorted(maps.Keys(k.Settings)) {
		settings[name] = literal(k.Settings[name])
	}
	return kube.Apply(ctx, connect+"-"+k.Name, kube.Object{
		Kind: connectorKind, Name: k.Name, Namespace: c.namespace, WaitFor: "Ready",
		Labels: pulumi.StringMap{clusterLabel: pulumi.String(connect)},
		Spec: pulumi.Map{
			"class": pulumi.String(k.Class), "tasksMax": pulumi.Int(k.Tasks), "config": settings,
			"autoRestart": pulumi.Map{"enabled": pulumi.Bool(true)},
		},
	}, pulumi.Parent(c), kube.After(workers))
}

// connectPermissions are what the workers may do: keep their own state, and what each connector says.
func connectPermissions(name string, connectors []ConnectorArgs) []Rule {
	own := []string{"Describe", "DescribeConfigs", "Read", "Write"}
	rules := []Rule{{"topic", name + "-*", own}, Grouping(name)}
	seen := map[string]bool{}
	for _, k := range connectors {
		for _, topic := range k.Reads {
			if !seen["r"+topic] {
				rules = append(rules, Reading(topic))
			}
			seen["r"+topic] = true
		}
		for _, topic := range k.Writes {
			if !seen["w"+topic] {
				rules = append(rules, Writing(topic))
			}
			seen["w"+topic] = true
		}
		if len(k.Reads) > 0 { // the group that Connect makes of a sink's name
			rules = append(rules, Grouping("connect-"+k.Name))
		}
	}
	return rules
}

// admit adds to the operator's own policy, which lets nobody but itself use the REST interface.
func (c *Cluster) admit(ctx *pulumi.Context, connect string, clients map[string]string) error {
	if len(clients) == 0 {
		return nil
	}
	_, err := kube.NetworkPolicy(ctx, connect+"-clients", kube.NetworkPolicyArgs{
		Namespace: c.namespace,
		Pods:      pulumi.StringMap{clusterLabel: pulumi.String(connect), KindLabel: pulumi.String("KafkaConnect")},
		Ingress:   []kube.Rule{{Peers: []kube.Peer{{Pods: pulumi.ToStringMap(clients)}}, TCP: []int{ConnectPort}}},
	}, pulumi.Parent(c))
	return err
}
