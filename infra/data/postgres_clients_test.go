package data

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/components/postgres"
	"github.com/streamforge/infrastructure/infra/storage"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/stacks/config"
)

// TestLaterLayersAskForConnections: by the configuration's names, and unknown ones are told apart.
func TestLaterLayersAskForConnections(t *testing.T) {
	section := config.Postgres{Team: "team", Clusters: []config.PostgresCluster{pgConfig()}, Readers: []config.PostgresReader{
		{Name: "grafana", Reads: []config.PostgresRead{{Cluster: "team-pg", Database: "two"}, {Cluster: "team-pg", Database: "one"}}},
	}}
	in := Inputs{Postgres: section, Classes: storage.Classes{Replicated: kube.Class{Name: "copies"}}}
	in.Foundation.RootCertificate = pulumi.String("ROOT").ToStringOutput()
	mirror := kubetest.Mirror(t)
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		ns := pulumi.String("postgres")
		operator, err := postgres.NewOperator(ctx, "operator", postgres.OperatorArgs{
			Charts: kube.Charts{Mirror: mirror}, Namespace: ns, NamespaceName: "postgres",
			S3: postgres.S3{SecretKey: ns, CA: ns}, Readers: in.postgresReaders(),
		})
		require.NoError(t, err)
		cluster, err := postgres.NewCluster(ctx, "team-pg", in.postgresArgs(pgConfig(), ns, operator))
		require.NoError(t, err)
		out := Postgres{Clusters: map[string]PostgresCluster{"team-pg": {Cluster: cluster}}, config: section}

		assert.Equal(t, []PostgresRead{{"team-pg", "two", "17"}, {"team-pg", "one", "17"}}, out.Reads("grafana"))
		assert.Empty(t, out.Reads("nobody"))
		c, err := out.Connect(ctx, PostgresClient{Cluster: "team-pg", Database: "one", User: "app_one", Namespace: "sso"})
		require.NoError(t, err)
		assert.Equal(t, "team-pg.postgres.svc", c.Host)
		_, err = out.Connect(ctx, PostgresClient{Cluster: "other", Database: "one", User: "app_one", Namespace: "sso"})
		require.EqualError(t, err, `postgres.clusters: no cluster "other"`)
		return nil
	})
	g.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "team-pg-from-sso")
	assert.Contains(t, g.Get(t, "kubernetes:acid.zalan.do/v1:postgresql", "team-pg").At("spec.patroni.pg_hba"),
		"hostssl one,two grafana all scram-sha-256")
}
