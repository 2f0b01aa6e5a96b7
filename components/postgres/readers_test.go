package postgres_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/components/postgres"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
)

const policy = "kubernetes:networking.k8s.io/v1:NetworkPolicy"

// withReaders makes a cluster with databases one and two, of which reader charts may read the first.
func withReaders(t *testing.T, use func(ctx *pulumi.Context, c *postgres.Cluster) error) *kubetest.Graph {
	t.Helper()
	mirror := kubetest.Mirror(t)
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		ns := pulumi.String(namespace)
		o, err := postgres.NewOperator(ctx, "postgres-operator", postgres.OperatorArgs{
			Charts: kube.Charts{Mirror: mirror}, Namespace: ns, NamespaceName: namespace,
			S3:      postgres.S3{SecretKey: ns, CA: ns},
			Readers: []string{"charts", "audit"},
		})
		require.NoError(t, err)
		c, err := postgres.NewCluster(ctx, "team-pg", postgres.Args{
			Name: "team-pg", Team: "team", Namespace: ns, NamespaceName: namespace, Version: "17", Instances: 1, Operator: o,
			Users:     []postgres.User{{Name: "app"}},
			Databases: []postgres.Database{{Name: "one", Owner: "app"}, {Name: "two", Owner: "app"}},
			Readers:   []postgres.Reader{{Name: "charts", Databases: []string{"one"}}, {Name: "audit"}},
			CA:        pulumi.String("ROOT").ToStringOutput(),
		})
		require.NoError(t, err)
		return use(ctx, c)
	})
}

func unused(*pulumi.Context, *postgres.Cluster) error { return nil }

// TestReadersReadAndWriteNothing: the operator is told of both, in its own words.
func TestReadersReadAndWriteNothing(t *testing.T) {
	g := withReaders(t, unused)
	operator := g.Release(t, "postgres-operator")
	assert.Equal(t, namespace+"/readers", operator.At("values.configKubernetes.infrastructure_roles_secret_name"))
	roles := g.Get(t, "kubernetes:core/v1:ConfigMap", "postgres-operator-readers")
	assert.Equal(t, "readers", roles.At("metadata.name"), "the operator looks for the name of the Secret")
	for _, name := range []string{"charts", "audit"} {
		assert.Contains(t, roles.At("data."+name), "inrole: [pg_read_all_data, pg_monitor]")
		assert.Contains(t, roles.At("data."+name), `default_transaction_read_only: "on"`)
	}
	passwords := g.Get(t, secret, "postgres-operator-readers")
	assert.Equal(t, "readers", passwords.At("metadata.name"))
	assert.True(t, passwords.Secret("stringData.charts"))
	assert.NotEqual(t, passwords.At("stringData.charts"), passwords.At("stringData.audit"))
	for _, object := range []string{"ConfigMap", "Secret"} {
		assert.True(t, operator.DependsOn("kubernetes:core/v1:"+object+" postgres-operator-readers"), "it reads them once, when it starts")
	}
}

// TestReadersComeIntoTheirDatabasesOnly: the first line that fits a connection decides.
func TestReadersComeIntoTheirDatabasesOnly(t *testing.T) {
	lines := withReaders(t, unused).Get(t, kind, "team-pg").At("spec.patroni.pg_hba").([]any)
	assert.Equal(t, []any{
		"hostnossl all all all reject",
		"hostssl one charts all scram-sha-256",
		"hostssl all charts all reject",
		"hostssl all audit all reject",
		"hostssl replication standby all scram-sha-256",
		"hostssl all all all scram-sha-256",
	}, lines[4:])
}

func TestWithoutReadersNothingChanges(t *testing.T) {
	g, _ := run(t, same)
	assert.Nil(t, g.Release(t, "postgres-operator").At("values.configKubernetes.infrastructure_roles_secret_name"))
	assert.NotContains(t, g.Names(), secret+" postgres-operator-readers")
}

// TestConnectLetsTheAskerIn: once for each namespace, and waiting for it is part of the connection.
func TestConnectLetsTheAskerIn(t *testing.T) {
	g := withReaders(t, func(ctx *pulumi.Context, c *postgres.Cluster) error {
		first, err := c.Connect(ctx, postgres.Client{Database: "one", User: "charts", Namespace: "monitoring"})
		require.NoError(t, err)
		again, err := c.Connect(ctx, postgres.Client{Database: "two", User: "app", Namespace: "monitoring"})
		require.NoError(t, err)
		assert.Equal(t, first.Ready, again.Ready)
		assert.Len(t, first.Ready, 2, "the cluster and the way in")
		assert.Equal(t, "charts.team-pg.credentials.postgresql.acid.zalan.do", first.Secret)
		_, err = c.Connect(ctx, postgres.Client{Database: "two", User: "charts", Namespace: "monitoring"})
		require.EqualError(t, err, `postgres team-pg: database "two" refuses reader "charts"`)
		_, err = c.Connect(ctx, postgres.Client{Database: "one", User: "nobody", Namespace: "elsewhere"})
		require.EqualError(t, err, `postgres team-pg: no user "nobody"`)
		return nil
	})
	way := g.Get(t, policy, "team-pg-from-monitoring")
	assert.Equal(t, namespace, way.At("metadata.namespace"))
	assert.Equal(t, "team-pg", way.At("spec.podSelector.matchLabels.cluster-name"))
	assert.Equal(t, "monitoring", way.At(`spec.ingress.0.from.0.namespaceSelector.matchLabels.kubernetes\.io/metadata\.name`))
	assert.EqualValues(t, postgres.Port, way.At("spec.ingress.0.ports.0.port"))
	assert.NotContains(t, g.Names(), policy+" team-pg-from-elsewhere", "who may not log in need not come in")
}
