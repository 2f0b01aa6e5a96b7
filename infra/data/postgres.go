package data

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/postgres"
	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// Postgres is what later layers may use of the PostgreSQL clusters.
type Postgres struct {
	Namespace pulumi.StringInput
	Clusters  map[string]PostgresCluster // by name
	Ready     []pulumi.Resource

	config config.Postgres
}

// PostgresCluster is one cluster. Its method Connection gives all that a client needs.
type PostgresCluster struct {
	*postgres.Cluster
	Clients []string // namespaces whose pods may connect
}

// Keys of a user's Secret in the namespaces of services: what libpq and all that builds on it read
// from their environment, and the authority to verify the server with.
const (
	PostgresHostKey     = "PGHOST"
	PostgresPortKey     = "PGPORT"
	PostgresUserKey     = "PGUSER"
	PostgresPasswordKey = "PGPASSWORD"
	PostgresDatabaseKey = "PGDATABASE" // the first one the user owns; absent when it owns none
	PostgresSSLModeKey  = "PGSSLMODE"
	PostgresCAKey       = "ca.crt" // PEM
)

// postgres declares the operator and every cluster of the configuration.
func (in Inputs) postgres(ctx *pulumi.Context, services map[string]pulumi.StringInput, child pulumi.ResourceOption) (Postgres, error) {
	// The servers' own cron changes its user, which the restricted standard refuses.
	ns, err := in.namespace(ctx, config.PostgresNamespace, kube.Baseline, child)
	if err != nil {
		return Postgres{}, err
	}
	// Instances have policies of their own; the operator and the dumps are asked for nothing but metrics.
	if _, err := kube.DefaultDeny(ctx, config.PostgresNamespace, ns, []kube.Rule{monitors}, child); err != nil {
		return Postgres{}, err
	}
	store, err := in.Objects.User(in.Postgres.Backup.User)
	if err != nil {
		return Postgres{}, err
	}
	operator, err := postgres.NewOperator(ctx, "postgres-operator", postgres.OperatorArgs{
		Charts: in.Charts, Namespace: ns, NamespaceName: config.PostgresNamespace, DNSDomain: in.DNSDomain,
		S3: postgres.S3{
			Endpoint: store.Endpoint, Region: store.Region, Bucket: in.Postgres.Backup.Bucket,
			AccessKey: store.AccessKey, SecretKey: store.SecretKey, CA: store.CA, Ready: store.Ready,
		},
		Readers: in.postgresReaders(),
	}, child)
	if err != nil {
		return Postgres{}, err
	}
	if err := in.watchPostgres(ctx, ns, child); err != nil {
		return Postgres{}, err
	}
	out := Postgres{Namespace: ns, Clusters: map[string]PostgresCluster{}, config: in.Postgres}
	for _, c := range in.Postgres.Clusters {
		cluster, err := postgres.NewCluster(ctx, c.Name, in.postgresArgs(c, ns, operator), child)
		if err != nil {
			return Postgres{}, err
		}
		out.Clusters[c.Name] = PostgresCluster{Cluster: cluster, Clients: c.Reached()}
		out.Ready = append(out.Ready, cluster.Ready...)
		logins, err := postgresLogins(ctx, c, cluster, services, child)
		if err != nil {
			return Postgres{}, err
		}
		out.Ready = append(out.Ready, logins...)
	}
	return out, nil
}

func (in Inputs) postgresArgs(c config.PostgresCluster, ns pulumi.StringInput, operator *postgres.Operator) postgres.Args {
	a := postgres.Args{
		Name: c.Name, Team: in.Postgres.Team, Namespace: ns, NamespaceName: config.PostgresNamespace, DNSDomain: in.DNSDomain,
		Version: c.Version, Instances: c.Instances, DiskGiB: c.DiskGiB, MemoryMiB: c.MemoryMiB, CPUMillis: c.CPUMillis,
		Synchronous: c.Synchronous, StorageClass: in.Classes.Replicated.Name, Parameters: c.Parameters, Clients: c.Reached(), MetricsFrom: monitoring.Peers(),
		Backup: postgres.Backup(c.Backup), Issuer: network.Issuer, CA: in.Foundation.RootCertificate, Disposable: in.Disposable,
		Operator: operator, Storage: in.Classes.Replicated.Ready, IssuerReady: in.Foundation.Certificates,
	}
	for _, u := range c.Users {
		a.Users = append(a.Users, postgres.User{Name: u.Name, Roles: u.Roles})
	}
	for _, d := range c.Databases {
		a.Databases = append(a.Databases, postgres.Database(d))
	}
	for _, r := range in.Postgres.Readers {
		a.Readers = append(a.Readers, postgres.Reader{Name: r.Name, Databases: r.In(c.Name)})
	}
	if c.Dumps != nil {
		a.Logical = &postgres.Logical{Schedule: c.Dumps.Schedule, Retention: c.Dumps.Retention}
	}
	if c.Restore != nil {
		a.Restore = &postgres.Restore{Cluster: c.Restore.Cluster, UID: c.Restore.UID, Timestamp: c.Restore.Timestamp}
	}
	return a
}

// postgresLogins gives every user's namespaces one Secret with all that a client needs.
func postgresLogins(ctx *pulumi.Context, c config.PostgresCluster, cluster *postgres.Cluster,
	services map[string]pulumi.StringInput, child pulumi.ResourceOption) (all []pulumi.Resource, err error) {
	for _, u := range c.Users {
		name := PostgresSecret(c.Name, u.Name)
		for _, n := range u.Namespaces {
			secret, err := kube.Secret(ctx, n+"-"+name, kube.SecretArgs{
				Name: name, Namespace: services[n], Data: login(cluster, u.Name, c.Owned(u.Name)),
			}, child)
			if err != nil {
				return nil, err
			}
			all = append(all, secret)
		}
	}
	return all, nil
}

// PostgresSecret names the Secret that a user's namespaces hold.
func PostgresSecret(cluster, user string) string {
	return "postgres-" + cluster + "-" + strings.ReplaceAll(user, "_", "-")
}

func login(cluster *postgres.Cluster, user string, databases []string) pulumi.StringMap {
	data := pulumi.StringMap{
		PostgresHostKey:     pulumi.String(cluster.Host),
		PostgresPortKey:     pulumi.Sprintf("%d", postgres.Port),
		PostgresUserKey:     pulumi.String(user),
		PostgresPasswordKey: cluster.Password(user),
		PostgresSSLModeKey:  pulumi.String("verify-full"),
		PostgresCAKey:       cluster.CA,
	}
	if len(databases) > 0 {
		data[PostgresDatabaseKey] = pulumi.String(databases[0])
	}
	return data
}
