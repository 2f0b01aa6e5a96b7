package arangodb

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// Args describe a cluster.
type Args struct {
	Name          string             // part of the names of its Services and Secrets
	Namespace     pulumi.StringInput // of the operator
	NamespaceName string
	DNSDomain     string      // of Kubernetes, e.g. cluster.local
	Agents        Group       // keep the cluster's state by majority: an odd number
	DBServers     Group       // hold the data
	Coordinators  Group       // answer clients; no disk
	Replication   int         // copies of a collection that does not say otherwise, at most the number of DBServers
	StorageClass  string      // local to the node: the servers replicate by themselves
	Clients       []string    // namespaces whose pods may connect, besides Namespace
	MetricsFrom   []kube.Peer // who may ask for metrics
	Backup        Backup
	Disposable    bool // lets a run delete the cluster and its authority; for sandboxes only

	Operator []pulumi.Resource // serves the kinds
	Storage  []pulumi.Resource // what makes StorageClass work
}

// Group is a set of equal servers, each on a machine of its own.
type Group struct {
	Count     int
	DiskGiB   int // 0 means none
	MemoryMiB int
	CPUMillis int // requested, thousandths of a core
}

// Backup is when hot backups are made and where they go.
type Backup struct {
	Schedule string // cron, UTC
	Keep     int    // backups
	S3       S3
}

// S3 is where backups go.
type S3 struct {
	Endpoint  string // https address without a final slash
	Region    string
	Bucket    string
	AccessKey string
	SecretKey pulumi.StringInput // secret
	CA        pulumi.StringInput // PEM of the authority behind Endpoint's certificate
	Ready     []pulumi.Resource  // the bucket is there and lets AccessKey in
}

// Cluster is a running cluster.
type Cluster struct {
	pulumi.ResourceState
	Name     string
	Endpoint string              // https address for pods
	Password pulumi.StringOutput // of RootUser, secret
	CA       pulumi.StringOutput // PEM, public: verifies Endpoint
	Ready    []pulumi.Resource   // the coordinators answer

	disposable bool
}

var (
	deploymentKind = kube.Kind{APIVersion: "database.arangodb.com/v1", Kind: "ArangoDeployment"}
	policyKind     = kube.Kind{APIVersion: "backup.arangodb.com/v1", Kind: "ArangoBackupPolicy"}
)

// NewCluster declares a cluster with its administrator, its authority and its backups.
func NewCluster(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Cluster, error) {
	c := &Cluster{Name: a.Name, Endpoint: Endpoint(a.Name, a.NamespaceName), disposable: a.Disposable}
	if err := ctx.RegisterComponentResource("streamforge:data:ArangoDB", name, c, opts...); err != nil {
		return nil, fmt.Errorf("arangodb %s: %w", name, err)
	}
	root, err := c.root(ctx, name, a)
	if err != nil {
		return nil, err
	}
	authority, err := c.authority(ctx, name, a)
	if err != nil {
		return nil, err
	}
	store, err := c.store(ctx, name, a)
	if err != nil {
		return nil, err
	}
	policy, err := c.policy(ctx, name, a)
	if err != nil {
		return nil, err
	}
	before := slices.Concat(a.Operator, a.Storage, store, []pulumi.Resource{root, authority, policy})
	deployment, err := kube.Apply(ctx, name, kube.Object{
		Kind: deploymentKind, Name: a.Name, Namespace: a.Namespace, Labels: labels(a.Name),
		WaitFor: "Ready", Servers: true, // agents, then DB-servers, then coordinators
		Spec: a.spec(),
	}, c.kept(kube.After(before...))...)
	if err != nil {
		return nil, err
	}
	backup, err := kube.Apply(ctx, name+"-backup", kube.Object{
		Kind: policyKind, Name: a.Name, Namespace: a.Namespace, Spec: a.backup(),
	}, pulumi.Parent(c), kube.After(slices.Concat(a.Backup.S3.Ready, []pulumi.Resource{deployment})...))
	if err != nil {
		return nil, err
	}
	c.Ready = []pulumi.Resource{deployment, backup}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"endpoint": pulumi.String(c.Endpoint), "ca": c.CA})
}

// kept are the options of what data would go with. The operator's volume claims belong to the
// cluster's object: they would be deleted with it.
func (c *Cluster) kept(more ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return append([]pulumi.ResourceOption{
		pulumi.Parent(c), pulumi.Protect(!c.disposable), pulumi.RetainOnDelete(!c.disposable),
	}, more...)
}

// labels tie backups to the cluster.
func labels(cluster string) pulumi.StringMap {
	return pulumi.StringMap{"app.kubernetes.io/name": pulumi.String("arangodb"), "app.kubernetes.io/instance": pulumi.String(cluster)}
}
