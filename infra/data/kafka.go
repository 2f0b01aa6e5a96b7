package data

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/kafkaui"
	"github.com/streamforge/infrastructure/components/strimzi"
	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/internal/kube"
)

// Kafka is what later layers may use of the cluster.
type Kafka struct {
	Bootstrap string                 // host:port for pods of kafka.namespaces, SASL_SSL with SCRAM-SHA-512
	External  string                 // host:port for the LAN; empty when only pods reach the brokers
	CA        pulumi.StringOutput    // PEM, public: what clients of either address trust
	Clients   map[string]KafkaClient // by the name of the user
	Console   string                 // https address of Kafka UI
	Password  pulumi.StringOutput    // of user admin there, secret
	Metrics   KafkaMetrics
	Ready     []pulumi.Resource
}

// KafkaMetrics is what serves metrics: pods with this label, on this named port.
type KafkaMetrics struct {
	Namespace pulumi.StringInput
	Label     string   // key
	Values    []string // of Label
	Port      string
}

const (
	kafkaNamespace = "kafka"
	kafkaPort      = "9094" // of the LAN, Traefik's entry point
)

// kafka declares the operator, the cluster, what is on it, its console and the scalers.
func kafka(ctx *pulumi.Context, in Inputs, services map[string]pulumi.StringInput, child pulumi.ResourceOption) (Kafka, error) {
	ns, err := in.namespace(ctx, kafkaNamespace, kube.Restricted, child)
	if err != nil {
		return Kafka{}, err
	}
	// The operator makes a policy for every listener; itself and the other pods are asked for metrics only.
	if _, err := kube.DefaultDeny(ctx, kafkaNamespace, ns, []kube.Rule{monitors}, child); err != nil {
		return Kafka{}, err
	}
	operator, err := strimzi.NewOperator(ctx, "strimzi", strimzi.OperatorArgs{
		Charts: in.Charts, Namespace: ns, DNSDomain: in.DNSDomain,
	}, child)
	if err != nil {
		return Kafka{}, err
	}
	cluster, err := strimzi.NewCluster(ctx, in.Kafka.Cluster.Name, in.cluster(ns, operator), child)
	if err != nil {
		return Kafka{}, err
	}
	out := Kafka{Bootstrap: cluster.Bootstrap, CA: cluster.CA, Ready: slices.Clone(cluster.Ready), Metrics: KafkaMetrics{
		Namespace: ns, Label: strimzi.KindLabel, Values: strimzi.MetricsKinds(), Port: strimzi.MetricsPort,
	}}
	if err := in.watchKafka(ctx, out.Metrics, child); err != nil {
		return Kafka{}, err
	}
	if len(cluster.Hosts) > 0 {
		out.External = cluster.Hosts[0].Name + ":" + kafkaPort
	}
	for _, h := range cluster.Hosts {
		route, err := in.Brokers.Publish(ctx, h.Name, network.Backend{Namespace: ns, Service: h.Service, Port: h.Port}, child)
		if err != nil {
			return Kafka{}, err
		}
		out.Ready = append(out.Ready, route)
	}
	topics, err := in.topics(ctx, cluster)
	if err != nil {
		return Kafka{}, err
	}
	out.Ready = append(out.Ready, topics...)
	if err := in.clients(ctx, cluster, services, &out, child); err != nil {
		return Kafka{}, err
	}
	if err := in.console(ctx, cluster, ns, &out, child); err != nil {
		return Kafka{}, err
	}
	return out, in.scalers(ctx, services, &out, child)
}

// cluster gives the arguments of the cluster.
func (in Inputs) cluster(ns pulumi.StringInput, operator *strimzi.Operator) strimzi.Args {
	c := in.Kafka.Cluster
	a := strimzi.Args{
		Name: c.Name, Namespace: ns, NamespaceName: kafkaNamespace, Replicas: c.Replicas, MinInSync: c.MinInSync,
		StorageClass: in.Classes.Local.Name, CruiseControl: c.CruiseControl, Disposable: in.Disposable,
		Clients:  append(slices.Clone(in.Kafka.Namespaces), kedaNamespace), // KEDA asks for the lag
		Operator: operator.Ready, Storage: in.Classes.Local.Ready,
	}
	for _, p := range c.Pools {
		a.Pools = append(a.Pools, pool(p))
	}
	if e := c.External; e != nil {
		a.External = &strimzi.External{
			Bootstrap: in.Brokers.Host(e.Bootstrap),
			Broker:    func(id int) string { return in.Brokers.Host(e.BrokerLabel(id)) },
			From:      in.Brokers.Namespace,
		}
	}
	return a
}

// console declares Kafka UI, what it may do, and Connect, which it shows.
func (in Inputs) console(ctx *pulumi.Context, cluster *strimzi.Cluster, ns pulumi.StringInput, out *Kafka,
	child pulumi.ResourceOption) error {
	user, err := cluster.User(ctx, strimzi.UserArgs{Name: kafkaui.Client, Rules: consoleRules(in.Kafka.UI.ReadOnly)})
	if err != nil {
		return err
	}
	a := kafkaui.Args{
		Namespace: ns, Node: in.Kafka.UI.Node, From: in.Brokers.Namespace, ReadOnly: in.Kafka.UI.ReadOnly,
		Cluster: kafkaui.Cluster{
			Name: cluster.Name, Bootstrap: cluster.Bootstrap, Login: user.Secret, JAASKey: strimzi.JAASKey,
			CA: strimzi.CASecret(cluster.Name), CAKey: strimzi.CAKey,
		},
		Ready: user.Ready,
	}
	if c := in.Kafka.Connect; c != nil {
		connect, err := cluster.Connect(ctx, connectArgs(*c))
		if err != nil {
			return err
		}
		a.Connect = &kafkaui.Connect{Name: connect.Name, URL: connect.URL}
		out.Ready = append(out.Ready, connect.Ready...)
	}
	ui, err := kafkaui.New(ctx, "kafka-ui", a, child)
	if err != nil {
		return err
	}
	published, err := in.Web.Publish(ctx, in.Web.Host("kafka-ui"), network.Backend{
		Namespace: ns, Service: kafkaui.Service, Port: kafkaui.Port,
	}, child)
	if err != nil {
		return err
	}
	out.Console, out.Password = published.URL, ui.Password
	out.Ready = slices.Concat(out.Ready, ui.Ready, published.Ready)
	return nil
}
