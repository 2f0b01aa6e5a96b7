package arangodb_test

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/components/arangodb"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

const (
	deployment = "kubernetes:database.arangodb.com/v1:ArangoDeployment"
	policy     = "kubernetes:backup.arangodb.com/v1:ArangoBackupPolicy"
	secret     = "kubernetes:core/v1:Secret"
)

func run(t *testing.T, change func(*arangodb.Args)) (*kubetest.Graph, *arangodb.Cluster) {
	t.Helper()
	var c *arangodb.Cluster
	mirror := kubetest.Mirror(t)
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		bucket, err := kubetest.Any(ctx, "bucket")
		require.NoError(t, err)
		class, err := kubetest.Any(ctx, "class")
		require.NoError(t, err)
		o, err := arangodb.NewOperator(ctx, "kube-arangodb", arangodb.OperatorArgs{
			Charts: kube.Charts{Mirror: mirror}, Namespace: pulumi.String("docs"),
		})
		require.NoError(t, err)
		a := arangodb.Args{
			Name: "graph", Namespace: pulumi.String("docs"), NamespaceName: "docs", DNSDomain: "example.local",
			Agents:       arangodb.Group{Count: 3, DiskGiB: 8, MemoryMiB: 512, CPUMillis: 100},
			DBServers:    arangodb.Group{Count: 4, DiskGiB: 50, MemoryMiB: 2048, CPUMillis: 250},
			Coordinators: arangodb.Group{Count: 2, MemoryMiB: 1024, CPUMillis: 250},
			Replication:  2, StorageClass: "local", Clients: []string{"web"},
			Backup: arangodb.Backup{Schedule: "0 3 * * *", Keep: 14, S3: arangodb.S3{
				Endpoint: "https://s3.example:9000", Region: "home-1", Bucket: "backups", AccessKey: "arango",
				SecretKey: pulumi.ToSecret(pulumi.String("hidden")).(pulumi.StringOutput), CA: pulumi.String("STORE CA"),
				Ready: []pulumi.Resource{bucket},
			}},
			Operator: o.Ready, Storage: []pulumi.Resource{class},
		}
		change(&a)
		c, err = arangodb.NewCluster(ctx, a.Name, a)
		return err
	})
	return g, c
}

func same(*arangodb.Args) {}

func TestOperatorRunsWhatIsUsed(t *testing.T) {
	g, _ := run(t, same)
	assert.Equal(t, map[string]any{
		"deployment": true, "backup": true, "deploymentReplications": false, "storage": false, "storageCRD": false,
		"networking": false, "scheduler": false, "platform": false,
	}, g.Release(t, "kube-arangodb").At("values.operator.features"))
}

func TestCluster(t *testing.T) {
	g, c := run(t, same)
	r := g.Get(t, deployment, "graph")
	assert.True(t, r.Protect)
	assert.True(t, r.Retain, "the volumes belong to the object")
	for path, want := range map[string]any{
		"mode": "Cluster", "environment": "Production", "image": pins.ArangoDB, "externalAccess.type": "None", "ClusterDomain": "example.local",
		"networkAttachedVolumes": false, "tls.caSecretName": "graph-ca", "bootstrap.passwordSecretNames.root": "graph-root-password", "metrics.enabled": true,
		"agents.count": 3.0, "dbservers.count": 4.0, "coordinators.count": 2.0, "coordinators.volumeClaimTemplate": nil,
		"agents.volumeClaimTemplate.spec.storageClassName":              "local",
		"dbservers.volumeClaimTemplate.spec.resources.requests.storage": "50Gi",
		"dbservers.args":                 []any{"--cluster.default-replication-factor=2"},
		"coordinators.args":              []any{"--cluster.default-replication-factor=2"},
		"dbservers.envs.0.value":         "/etc/backup-ca/ca.crt",
		"dbservers.volumes.0.secret":     map[string]any{"secretName": "graph-backup-ca"},
		"agents.resources.limits.memory": "512Mi",
	} {
		assert.Equal(t, want, r.At("spec."+path), path)
	}
	for _, group := range []string{"agents", "dbservers", "coordinators"} {
		context := r.At("spec." + group + ".securityContext").(map[string]any)
		assert.Equal(t, true, context["runAsNonRoot"], group)
		assert.Equal(t, true, context["dropAllCapabilities"], group)
		assert.Equal(t, map[string]any{"type": "RuntimeDefault"}, context["seccompProfile"], group)
	}
	for _, before := range []string{"kube-arangodb", "class", "graph-root", "graph-authority", "graph-backup-ca"} {
		assert.True(t, r.DependsOn(before), before)
	}
	assert.Equal(t, "https://graph.docs.svc:8529", c.Endpoint)
}

func TestRootPasswordAndAuthorityAreThePlatforms(t *testing.T) {
	g, _ := run(t, same)
	root := g.Get(t, secret, "graph-root")
	assert.Equal(t, "graph-root-password", root.At("metadata.name"))
	assert.Equal(t, "root", root.At("stringData.username"))
	assert.True(t, root.Secret("stringData.password"))
	authority := g.Get(t, secret, "graph-authority")
	assert.Equal(t, "certificate of graph-ca", authority.At(`stringData.ca\.crt`))
	assert.Equal(t, "private key of graph-ca-key", authority.At(`stringData.ca\.key`))
	for _, kept := range []string{"graph-ca-key", "graph-root"} {
		assert.True(t, g.Get(t, "tls:index/privateKey:PrivateKey", kept).Protect, kept)
	}
}

func TestBackups(t *testing.T) {
	g, _ := run(t, same)
	p := g.Get(t, policy, "graph-backup")
	assert.Equal(t, "S3://backups/graph", p.At("spec.template.upload.repositoryURL"))
	assert.Equal(t, 14.0, p.At("spec.maxBackups"))
	assert.Equal(t, g.Get(t, deployment, "graph").At("metadata.labels"), p.At("spec.selector.matchLabels"))
	assert.True(t, p.DependsOn("bucket"))
	assert.True(t, p.DependsOn(deployment+" graph") || p.DependsOn("graph"))

	credentials := g.Get(t, secret, "graph-backup")
	assert.Equal(t, p.At("spec.template.upload.credentialsSecretName"), credentials.At("metadata.name"))
	assert.True(t, credentials.Secret("stringData.token"))
	var remote struct{ S3 map[string]string }
	require.NoError(t, json.Unmarshal([]byte(credentials.At("stringData.token").(string)), &remote))
	assert.Equal(t, "Minio", remote.S3["provider"])
	assert.Equal(t, "https://s3.example:9000", remote.S3["endpoint"])
	assert.Equal(t, "hidden", remote.S3["secret_access_key"])
}

func TestOnlyNamedClientsConnect(t *testing.T) {
	const kind = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	g, _ := run(t, same)
	r := g.Get(t, kind, "graph")
	assert.Equal(t, map[string]any{"arango_deployment": "graph"}, r.At("spec.podSelector.matchLabels"))
	assert.Equal(t, 8529.0, r.At("spec.ingress.1.ports.0.port"))
	g, _ = run(t, func(a *arangodb.Args) { a.Clients = nil })
	assert.Len(t, g.Get(t, kind, "graph").At("spec.ingress"), 1, "an empty list of peers would be everybody")
}

func TestDisposable(t *testing.T) {
	g, _ := run(t, func(a *arangodb.Args) { a.Disposable = true })
	for _, r := range g.All {
		if r.Name != "class" && r.Name != "bucket" {
			assert.False(t, r.Protect || r.Retain, r.Name)
		}
	}
}
