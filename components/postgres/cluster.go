package postgres

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// Args describe a cluster.
type Args struct {
	Name          string             // begins with Team and a dash; part of the names of its Services, Secrets and backups
	Team          string             // owner as the operator knows it
	Namespace     pulumi.StringInput // of the operator
	NamespaceName string
	DNSDomain     string // of Kubernetes, e.g. cluster.local
	Version       string // major version, e.g. 17
	Instances     int    // one takes writes, the others follow it; each on a machine of its own
	DiskGiB       int    // of each instance; may grow
	MemoryMiB     int    // of each instance
	CPUMillis     int    // requested for each instance, thousandths of a core
	Synchronous   bool   // a write counts once a second instance has it
	StorageClass  string
	Parameters    map[string]string // of the server
	Clients       []string          // namespaces whose pods may connect, besides Namespace
	MetricsFrom   []kube.Peer       // who may ask Patroni for metrics
	Users         []User
	Databases     []Database
	Readers       []Reader // every one of the operator's; one that is not named here may read every database
	Backup        Backup
	Logical       *Logical // nil means no dumps besides the physical backups
	Restore       *Restore // nil means an empty cluster at its first start
	Issuer        string   // ClusterIssuer of the servers' certificate
	CA            pulumi.StringOutput
	Disposable    bool // lets a run delete the cluster; for sandboxes only

	Operator    *Operator
	Storage     []pulumi.Resource // what makes StorageClass work
	IssuerReady []pulumi.Resource // Issuer signs
}

// User is one login.
type User struct {
	Name  string
	Roles []string // what it may do besides using databases, e.g. createdb
}

// Database is one database.
type Database struct {
	Name  string
	Owner string // one of Users
}

// Backup is when base backups are made. What was written since the last one is uploaded all the time.
type Backup struct {
	Schedule string // cron, UTC
	Keep     int    // base backups, and everything since the oldest of them
}

// Logical is when dumps of all databases are made.
type Logical struct {
	Schedule  string // cron, UTC
	Retention string // e.g. "2 weeks"
}

// Restore starts a new cluster from the backups of another.
type Restore struct {
	Cluster   string // name it had
	UID       string // of its object, part of its backups' path
	Timestamp string // state to restore, RFC 3339 with an offset
}

// Cluster is a running cluster.
type Cluster struct {
	pulumi.ResourceState
	Name        string
	Host        string              // takes reads and writes
	ReplicaHost string              // takes reads only; nobody answers when there is a single instance
	CA          pulumi.StringOutput // PEM, public: verifies both hosts
	Ready       []pulumi.Resource   // databases and users are there

	passwords map[string]pulumi.StringOutput
	databases []Database
	readers   []Reader
	namespace pulumi.StringInput
	admitted  map[string]pulumi.Resource // namespaces that came with Connect, and the policies that let them in
}

var clusterKind = kube.Kind{APIVersion: "acid.zalan.do/v1", Kind: "postgresql"}

// NewCluster declares a cluster with its users and databases.
func NewCluster(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Cluster, error) {
	c := &Cluster{
		Name: a.Name, Host: Host(a.Name, a.NamespaceName), ReplicaHost: ReplicaHost(a.Name, a.NamespaceName), CA: a.CA,
		passwords: map[string]pulumi.StringOutput{}, databases: a.Databases, readers: a.Readers, namespace: a.Namespace,
		admitted: map[string]pulumi.Resource{},
	}
	for _, r := range a.Readers {
		c.passwords[r.Name] = a.Operator.readers[r.Name]
	}
	if err := ctx.RegisterComponentResource("streamforge:data:Postgres", name, c, opts...); err != nil {
		return nil, fmt.Errorf("postgres %s: %w", name, err)
	}
	child := pulumi.Parent(c)
	users, err := c.users(ctx, name, a, child)
	if err != nil {
		return nil, err
	}
	certificate, err := kube.Certificate(ctx, name+"-certificate", kube.CertificateArgs{
		Name: certificate(a.Name), Namespace: a.Namespace, Hosts: dnsNames(a.Name, a.NamespaceName, a.DNSDomain), Issuer: a.Issuer,
	}, child, kube.After(a.IssuerReady...))
	if err != nil {
		return nil, err
	}
	policy, err := c.policy(ctx, name, a, child)
	if err != nil {
		return nil, err
	}
	// Users before the cluster: the operator takes over passwords it finds, and makes up others. The
	// bucket too: the first server makes the first base backup once, a minute after its start; without a
	// bucket by then there would be nothing to restore from until Backup.Schedule.
	before := slices.Concat(users, a.Operator.Ready, a.Operator.s3.Ready, a.Storage, []pulumi.Resource{certificate, policy})
	cluster, err := kube.Apply(ctx, name, kube.Object{
		Kind: clusterKind, Name: a.Name, Namespace: a.Namespace,
		WaitFor: kube.Value(".status.PostgresClusterStatus", "Running"), Servers: true, // each with a copy of the first
		Spec: a.spec(),
	}, child, kube.After(before...), pulumi.Protect(!a.Disposable), pulumi.RetainOnDelete(!a.Disposable))
	if err != nil {
		return nil, err
	}
	c.Ready = []pulumi.Resource{cluster}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"host": pulumi.String(c.Host)})
}

// certificate names the servers' certificate and its Secret.
func certificate(cluster string) string { return cluster + "-tls" }
