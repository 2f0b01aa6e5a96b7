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

func pgConfig() config.PostgresCluster {
	return config.PostgresCluster{
		Name: "team-pg", Version: "17", Instances: 2, DiskGiB: 5, MemoryMiB: 512, CPUMillis: 100, Clients: []string{"reports"},
		Users:     []config.PostgresUser{{Name: "app_one", Namespaces: []string{"apps"}}, {Name: "reader"}},
		Databases: []config.PostgresDB{{Name: "one", Owner: "app_one"}, {Name: "two", Owner: "app_one"}},
		Backup:    config.PostgresBackup{Schedule: "0 1 * * *", Keep: 7},
		Dumps:     &config.PostgresDumps{Schedule: "0 2 * * 0", Retention: "8 weeks"},
	}
}

func TestServicesGetOneSecretWithEverything(t *testing.T) {
	in := Inputs{Postgres: config.Postgres{Team: "team"}, Classes: storage.Classes{Replicated: kube.Class{Name: "copies"}}}
	in.Foundation.RootCertificate = pulumi.String("ROOT").ToStringOutput()
	mirror := kubetest.Mirror(t)
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		ns := pulumi.String("postgres")
		operator, err := postgres.NewOperator(ctx, "operator", postgres.OperatorArgs{
			Charts: kube.Charts{Mirror: mirror}, Namespace: ns, S3: postgres.S3{SecretKey: pulumi.String("x"), CA: pulumi.String("x")},
		})
		require.NoError(t, err)
		cluster, err := postgres.NewCluster(ctx, "team-pg", in.postgresArgs(pgConfig(), ns, operator))
		require.NoError(t, err)
		made, err := postgresLogins(ctx, pgConfig(), cluster, map[string]pulumi.StringInput{"apps": pulumi.String("apps")}, pulumi.Parent(cluster))
		assert.Len(t, made, 1, "one for each namespace of each user")
		return err
	})
	s := g.Get(t, "kubernetes:core/v1:Secret", "apps-postgres-team-pg-app-one")
	assert.Equal(t, "postgres-team-pg-app-one", s.At("metadata.name"))
	assert.Equal(t, "apps", s.At("metadata.namespace"))
	data := s.At("stringData").(map[string]any)
	assert.True(t, s.Secret("stringData."+PostgresPasswordKey))
	assert.Equal(t, g.Get(t, "kubernetes:core/v1:Secret", "team-pg-user-app_one").At("stringData.password"), data[PostgresPasswordKey])
	delete(data, PostgresPasswordKey)
	assert.Equal(t, map[string]any{
		"PGHOST": "team-pg.postgres.svc", "PGPORT": "5432", "PGUSER": "app_one", "PGDATABASE": "one", "PGSSLMODE": "verify-full", "ca.crt": "ROOT",
	}, data)

	cluster := g.Get(t, "kubernetes:acid.zalan.do/v1:postgresql", "team-pg")
	assert.Equal(t, "copies", cluster.At("spec.volume.storageClass"))
	assert.Equal(t, "0 2 * * 0", cluster.At("spec.logicalBackupSchedule"))
	peers := g.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "team-pg").At("spec.ingress.1.from")
	assert.Len(t, peers, 2, "the clients and the users' namespaces")
}

func TestTheLayerNamesAnUnknownBackupUser(t *testing.T) {
	in := Inputs{
		Postgres: config.Postgres{Backup: config.PostgresStore{User: "nobody"}},
		ArangoDB: config.ArangoDB{Backup: config.ArangoBackup{User: "nobody"}},
	}
	in.Charts = kube.Charts{Mirror: kubetest.Mirror(t)}
	kubetest.Run(t, func(ctx *pulumi.Context) error {
		l := &layer{}
		require.NoError(t, ctx.RegisterComponentResource("streamforge:data:Data", "data", l))
		const want = "s3 user nobody: not one of storage.minio.users"
		_, err := in.postgres(ctx, nil, pulumi.Parent(l))
		require.EqualError(t, err, want)
		_, err = in.arangodb(ctx, pulumi.Parent(l))
		require.EqualError(t, err, want)
		return nil
	})
}
