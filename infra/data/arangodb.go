package data

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/arangodb"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// ArangoDB is what later layers may use of the cluster.
type ArangoDB struct {
	Endpoint string              // https address of the coordinators, for pods of arangodb.clients
	User     string              // the administrator
	Password pulumi.StringOutput // of User, secret
	Secret   SecretRef           // name and password, keys username and password
	CA       pulumi.StringOutput // PEM, public: verifies Endpoint
	Metrics  ServiceRef          // serves Prometheus without TLS
	Ready    []pulumi.Resource
}

// SecretRef names a Secret.
type SecretRef struct {
	Namespace pulumi.StringInput
	Name      string
}

// ServiceRef names a port of a Service.
type ServiceRef struct {
	Namespace pulumi.StringInput
	Name      string
	Port      int
}

// arangodb declares the operator and the cluster.
func (in Inputs) arangodb(ctx *pulumi.Context, child pulumi.ResourceOption) (ArangoDB, error) {
	// The operator's pod names no seccomp profile, which the restricted standard refuses.
	ns, err := in.namespace(ctx, config.ArangoDBNamespace, kube.Baseline, child)
	if err != nil {
		return ArangoDB{}, err
	}
	if _, err := kube.DefaultDeny(ctx, config.ArangoDBNamespace, ns, []kube.Rule{{Peers: []kube.Peer{{}}}, monitors}, child); err != nil {
		return ArangoDB{}, err
	}
	operator, err := arangodb.NewOperator(ctx, "kube-arangodb", arangodb.OperatorArgs{Charts: in.Charts, Namespace: ns}, child)
	if err != nil {
		return ArangoDB{}, err
	}
	c := in.ArangoDB
	store, err := in.Objects.User(c.Backup.User)
	if err != nil {
		return ArangoDB{}, err
	}
	cluster, err := arangodb.NewCluster(ctx, c.Name, arangodb.Args{
		Name: c.Name, Namespace: ns, NamespaceName: config.ArangoDBNamespace, DNSDomain: in.DNSDomain,
		Agents: arangodb.Group(c.Agents), DBServers: arangodb.Group(c.DBServers), Coordinators: arangodb.Group(c.Coordinators),
		Replication: c.Replication, StorageClass: in.Classes.Local.Name, Clients: c.Clients, MetricsFrom: monitoring.Peers(),
		Backup: arangodb.Backup{Schedule: c.Backup.Schedule, Keep: c.Backup.Keep, S3: arangodb.S3{
			Endpoint: store.Endpoint, Region: store.Region, Bucket: c.Backup.Bucket,
			AccessKey: store.AccessKey, SecretKey: store.SecretKey, CA: store.CA, Ready: store.Ready,
		}},
		Disposable: in.Disposable, Operator: operator.Ready, Storage: in.Classes.Local.Ready,
	}, child)
	if err != nil {
		return ArangoDB{}, err
	}
	if err := in.watchArangoDB(ctx, ns, c.Name, child); err != nil {
		return ArangoDB{}, err
	}
	return ArangoDB{
		Endpoint: cluster.Endpoint, User: arangodb.RootUser, Password: cluster.Password,
		Secret: SecretRef{ns, arangodb.RootSecret(c.Name)}, CA: cluster.CA,
		Metrics: ServiceRef{ns, arangodb.Exporter(c.Name), arangodb.MetricsPort}, Ready: cluster.Ready,
	}, nil
}
