package strimzi

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// Args describe a cluster.
type Args struct {
	Name          string             // of the cluster, e.g. k3; fixed once it holds records
	Namespace     pulumi.StringInput // of the operator
	NamespaceName string             // the same, as part of addresses
	Replicas      int                // copies of a topic that does not say otherwise, at most the number of brokers
	MinInSync     int                // below Replicas
	Pools         []Pool
	StorageClass  string    // of the volumes; Kafka replicates itself
	Clients       []string  // namespaces whose pods may reach the brokers, besides Namespace
	External      *External // nil means that only pods reach the brokers
	CruiseControl bool
	Disposable    bool // lets a run delete the cluster and its authority; for sandboxes only

	Operator []pulumi.Resource // serves the kinds
	Storage  []pulumi.Resource // what makes StorageClass work
}

// Pool is a set of equal nodes.
type Pool struct {
	Name       string
	Controller bool
	Broker     bool
	Replicas   int   // each on a machine of its own
	FirstID    int   // ids are FirstID to FirstID+99
	VolumesGiB []int // sizes of each node's volumes
	MemoryMiB  int
	CPUMillis  int
}

// External is how the world outside reaches the brokers: by name, through something that passes
// TLS on to the Service the name asks for.
type External struct {
	Bootstrap string              // host that leads to any broker
	Broker    func(id int) string // host that leads to that broker; must differ by the id only
	From      pulumi.StringInput  // namespace of what passes TLS on
}

// Host is a name for which TLS is to be passed on to a Service of the cluster's namespace.
type Host struct {
	Name    string
	Service string
	Port    int
}

// Cluster is a running cluster.
type Cluster struct {
	pulumi.ResourceState
	Name      string
	Bootstrap string              // host:port for pods, SASL_SSL with SCRAM-SHA-512
	Hosts     []Host              // to be published, empty without External
	CA        pulumi.StringOutput // PEM, public: what clients trust
	Ready     []pulumi.Resource   // brokers serve, topics and users can be made

	namespace     pulumi.StringInput
	namespaceName string
	disposable    bool
	replicas      int
	minInSync     int
	metrics       string // ConfigMap
}

var (
	kafkaKind = kube.Kind{APIVersion: "kafka.strimzi.io/v1beta2", Kind: "Kafka"}
	poolKind  = kube.Kind{APIVersion: "kafka.strimzi.io/v1beta2", Kind: "KafkaNodePool"}
)

// NewCluster declares a cluster in KRaft mode.
func NewCluster(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Cluster, error) {
	c := &Cluster{
		Name: a.Name, Bootstrap: Bootstrap(a.Name, a.NamespaceName), Hosts: a.hosts(),
		namespace: a.Namespace, namespaceName: a.NamespaceName, disposable: a.Disposable,
		replicas: a.Replicas, minInSync: a.MinInSync, metrics: a.Name + "-metrics",
	}
	if err := ctx.RegisterComponentResource("streamforge:data:Kafka", name, c, opts...); err != nil {
		return nil, fmt.Errorf("kafka %s: %w", name, err)
	}
	authority, err := c.authority(ctx, name, a)
	if err != nil {
		return nil, err
	}
	metrics, err := c.metricsRules(ctx, name)
	if err != nil {
		return nil, err
	}
	before := kube.After(slices.Concat(authority, []pulumi.Resource{metrics}, a.Operator, a.Storage)...)
	var pools []pulumi.Resource
	for _, p := range a.Pools {
		pool, err := kube.Apply(ctx, name+"-"+p.Name, kube.Object{
			Kind: poolKind, Name: p.Name, Namespace: a.Namespace,
			Labels: c.labels(), Annotations: p.ids(), Spec: a.poolSpec(p),
		}, c.kept(before)...)
		if err != nil {
			return nil, err
		}
		pools = append(pools, pool)
	}
	kafka, err := kube.Apply(ctx, name, kube.Object{
		Kind: kafkaKind, Name: a.Name, Namespace: a.Namespace, WaitFor: "Ready", Servers: true,
		// This version of the operator serves no cluster without them.
		Annotations: pulumi.StringMap{
			"strimzi.io/node-pools": pulumi.String("enabled"), "strimzi.io/kraft": pulumi.String("enabled"),
		},
		Spec: c.spec(a),
	}, c.kept(kube.After(pools...))...)
	if err != nil {
		return nil, err
	}
	guard, err := c.guardTopics(ctx, name, a)
	if err != nil {
		return nil, err
	}
	c.Ready = append(guard, kafka)
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"bootstrap": pulumi.String(c.Bootstrap), "ca": c.CA})
}

// kept are the options of what records would go with.
func (c *Cluster) kept(more ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return append([]pulumi.ResourceOption{pulumi.Parent(c), pulumi.Protect(!c.disposable)}, more...)
}

// labels tie an object to the cluster.
func (c *Cluster) labels() pulumi.StringMap {
	return pulumi.StringMap{clusterLabel: pulumi.String(c.Name)}
}

// hosts lists the names of the bootstrap and of every broker.
func (a Args) hosts() (all []Host) {
	if a.External == nil {
		return nil
	}
	all = []Host{{a.External.Bootstrap, externalBootstrap(a.Name), portExternal}}
	for _, p := range a.Pools {
		for i := range p.Replicas {
			if p.Broker {
				id := p.FirstID + i
				all = append(all, Host{a.External.Broker(id), broker(a.Name, p.Name, id), portExternal})
			}
		}
	}
	return all
}
