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

const (
	kind      = "kubernetes:acid.zalan.do/v1:postgresql"
	secret    = "kubernetes:core/v1:Secret"
	namespace = "sql"
)

func run(t *testing.T, change func(*postgres.Args)) (*kubetest.Graph, *postgres.Cluster) {
	t.Helper()
	var c *postgres.Cluster
	mirror := kubetest.Mirror(t)
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		var other []pulumi.Resource
		for _, name := range []string{"bucket", "class", "issuer"} {
			r, err := kubetest.Any(ctx, name)
			require.NoError(t, err)
			other = append(other, r)
		}
		o, err := postgres.NewOperator(ctx, "postgres-operator", postgres.OperatorArgs{
			Charts: kube.Charts{Mirror: mirror}, Namespace: pulumi.String(namespace), NamespaceName: namespace, DNSDomain: "example.local",
			S3: postgres.S3{
				Endpoint: "https://s3.example:9000", Region: "home-1", Bucket: "backups", AccessKey: "pg",
				SecretKey: pulumi.ToSecret(pulumi.String("hidden")).(pulumi.StringOutput), CA: pulumi.String("CA"), Ready: other[:1],
			},
		})
		require.NoError(t, err)
		a := postgres.Args{
			Name: "team-pg", Team: "team", Namespace: pulumi.String(namespace), NamespaceName: namespace, DNSDomain: "example.local",
			Version: "17", Instances: 3, DiskGiB: 20, MemoryMiB: 1024, CPUMillis: 250, Synchronous: true, StorageClass: "replicated",
			Parameters: map[string]string{"max_connections": "200"}, Clients: []string{"web"},
			Users:     []postgres.User{{Name: "app_one", Roles: []string{"createdb"}}, {Name: "reader"}},
			Databases: []postgres.Database{{Name: "one", Owner: "app_one"}},
			Backup:    postgres.Backup{Schedule: "0 1 * * *", Keep: 7},
			Issuer:    "home-ca", CA: pulumi.String("ROOT").ToStringOutput(), Operator: o, Storage: other[1:2], IssuerReady: other[2:],
		}
		change(&a)
		c, err = postgres.NewCluster(ctx, a.Name, a)
		return err
	})
	return g, c
}

func same(*postgres.Args) {}

// variables gives the environment by name; references to Secrets as secret/key.
func variables(t *testing.T, r kubetest.Resource) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, e := range r.At("spec.env").([]any) {
		variable := e.(map[string]any)
		value, plain := variable["value"].(string)
		if !plain {
			ref := variable["valueFrom"].(map[string]any)["secretKeyRef"].(map[string]any)
			value = ref["name"].(string) + "/" + ref["key"].(string)
		}
		all[variable["name"].(string)] = value
	}
	return all
}

func TestOperatorKeepsWhatIsDear(t *testing.T) {
	g, _ := run(t, same)
	r := g.Release(t, "postgres-operator")
	for path, want := range map[string]any{
		"configKubernetes.enable_persistent_volume_claim_deletion":               false,
		"configKubernetes.persistent_volume_claim_retention_policy.when_deleted": "retain",
		"configKubernetes.persistent_volume_claim_retention_policy.when_scaled":  "retain",
		"configKubernetes.enable_secrets_deletion":                               false,
		"configKubernetes.enable_pod_antiaffinity":                               true,
		"configKubernetes.watched_namespace":                                     namespace,
		"configKubernetes.cluster_domain":                                        "example.local",
		"configGeneral.enable_crd_registration":                                  true,
		"configAwsOrGcp.wal_s3_bucket":                                           "backups",
		"configAwsOrGcp.additional_secret_mount":                                 "s3-ca",
		"configLogicalBackup.logical_backup_cronjob_environment_secret":          "s3",
		"configLogicalBackup.logical_backup_s3_sse":                              "",
	} {
		assert.Equal(t, want, r.At("values."+path), path)
	}
	store := g.Get(t, secret, "postgres-operator-s3")
	assert.True(t, store.Secret("stringData.AWS_SECRET_ACCESS_KEY"))
	assert.Equal(t, "/etc/s3-ca/ca.crt", store.At("stringData.AWS_CA_BUNDLE"), "the upload of dumps trusts the store too")
	assert.Equal(t, "CA", g.Get(t, secret, "postgres-operator-s3-ca").At(`stringData.ca\.crt`))
}

func TestCluster(t *testing.T) {
	g, c := run(t, same)
	r := g.Get(t, kind, "team-pg")
	assert.True(t, r.Protect)
	assert.True(t, r.Retain)
	assert.Equal(t, "jsonpath={.status.PostgresClusterStatus}=Running", r.At(`metadata.annotations.pulumi\.com/waitFor`))
	for path, want := range map[string]any{
		"teamId": "team", "numberOfInstances": 3.0, "postgresql.version": "17", "volume.size": "20Gi", "volume.storageClass": "replicated",
		"postgresql.parameters.password_encryption": "scram-sha-256", "postgresql.parameters.max_connections": "200",
		"users": map[string]any{"app_one": []any{"createdb"}, "reader": []any{}}, "databases": map[string]any{"one": "app_one"},
		"patroni.synchronous_mode": true, "tls.secretName": "team-pg-tls", "spiloRunAsUser": 101.0, "spiloFSGroup": 103.0,
		"enableLogicalBackup": false, "clone": nil, "resources.limits": map[string]any{"memory": "1024Mi"},
	} {
		assert.Equal(t, want, r.At("spec."+path), path)
	}
	for _, before := range []string{"postgres-operator", "bucket", "class", "team-pg-certificate", "team-pg-user-app_one", "postgres-operator-s3"} {
		assert.True(t, r.DependsOn(before), before)
	}
	certificate := g.Get(t, "kubernetes:cert-manager.io/v1:Certificate", "team-pg-certificate")
	assert.Contains(t, certificate.At("spec.dnsNames"), "team-pg.sql.svc")
	assert.Contains(t, certificate.At("spec.dnsNames"), "team-pg-repl.sql.svc.example.local")
	assert.True(t, certificate.DependsOn("issuer"))
	assert.Equal(t, "team-pg.sql.svc", c.Host)
}

func TestOnlyTLSFromTheNetwork(t *testing.T) {
	g, _ := run(t, same)
	rules := g.Get(t, kind, "team-pg").At("spec.patroni.pg_hba").([]any)
	assert.Contains(t, rules, "hostnossl all all all reject")
	for _, rule := range rules {
		assert.NotContains(t, rule, "md5")
		assert.NotRegexp(t, `^host(ssl)? .* trust$`, rule)
	}
}

func TestBackups(t *testing.T) {
	g, _ := run(t, same)
	env := variables(t, g.Get(t, kind, "team-pg"))
	assert.Equal(t, map[string]string{
		"USE_WALG_BACKUP": "true", "USE_WALG_RESTORE": "true", "BACKUP_SCHEDULE": "0 1 * * *", "BACKUP_NUM_TO_RETAIN": "7",
		"AWS_ENDPOINT": "https://s3.example:9000", "AWS_REGION": "home-1", "AWS_S3_FORCE_PATH_STYLE": "true",
		"WALG_DISABLE_S3_SSE": "true", "WALG_S3_CA_CERT_FILE": "/etc/s3-ca/ca.crt",
		"AWS_ACCESS_KEY_ID": "s3/AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY": "s3/AWS_SECRET_ACCESS_KEY",
	}, env)

	g, _ = run(t, func(a *postgres.Args) {
		a.Logical = &postgres.Logical{Schedule: "30 2 * * 0", Retention: "8 weeks"}
		a.Restore = &postgres.Restore{Cluster: "team-old", UID: "u-i-d", Timestamp: "2025-09-01T12:00:00+00:00"}
	})
	r := g.Get(t, kind, "team-pg")
	assert.Equal(t, map[string]any{"cluster": "team-old", "uid": "u-i-d", "timestamp": "2025-09-01T12:00:00+00:00"}, r.At("spec.clone"))
	assert.Equal(t, "s3/AWS_SECRET_ACCESS_KEY", variables(t, r)["CLONE_AWS_SECRET_ACCESS_KEY"])
	assert.Equal(t, true, r.At("spec.enableLogicalBackup"))
	assert.Equal(t, "8 weeks", r.At("spec.logicalBackupRetention"))
}

func TestUsersHavePasswordsOfTheirOwn(t *testing.T) {
	g, c := run(t, same)
	one, reader := g.Get(t, secret, "team-pg-user-app_one"), g.Get(t, secret, "team-pg-user-reader")
	assert.Equal(t, "app-one.team-pg.credentials.postgresql.acid.zalan.do", one.At("metadata.name"))
	assert.Equal(t, "app_one", one.At("stringData.username"), "the operator resets a password whose user it does not know")
	assert.True(t, one.Secret("stringData.password"))
	assert.NotEqual(t, one.At("stringData.password"), reader.At("stringData.password"))

	connection, err := c.Connection("one", "app_one")
	require.NoError(t, err)
	assert.Equal(t, one.At("metadata.name"), connection.Secret)
	assert.Equal(t, []any{"team-pg.sql.svc", 5432, "one", "app_one"},
		[]any{connection.Host, connection.Port, connection.Database, connection.User})
	_, err = c.Connection("one", "nobody")
	require.EqualError(t, err, `postgres team-pg: no user "nobody"`)
	_, err = c.Connection("two", "app_one")
	require.EqualError(t, err, `postgres team-pg: no database "two"`)
}

func TestOnlyNamedClientsConnect(t *testing.T) {
	const policy = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	g, _ := run(t, same)
	r := g.Get(t, policy, "team-pg")
	assert.Equal(t, map[string]any{"cluster-name": "team-pg"}, r.At("spec.podSelector.matchLabels"))
	assert.Equal(t, "web", r.At(`spec.ingress.1.from.0.namespaceSelector.matchLabels.kubernetes\.io/metadata\.name`))
	assert.Equal(t, 5432.0, r.At("spec.ingress.1.ports.0.port"))
	g, _ = run(t, func(a *postgres.Args) { a.Clients = nil })
	assert.Len(t, g.Get(t, policy, "team-pg").At("spec.ingress"), 1, "an empty list of peers would be everybody")
}

func TestASingleInstanceWaitsForNobody(t *testing.T) {
	g, _ := run(t, func(a *postgres.Args) { a.Instances, a.Disposable = 1, true })
	r := g.Get(t, kind, "team-pg")
	assert.Equal(t, false, r.At("spec.patroni.synchronous_mode"))
	assert.False(t, r.Protect)
	assert.False(t, r.Retain)
}
