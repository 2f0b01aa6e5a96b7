package vault

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func graph(t *testing.T, change func(*Args)) *kubetest.Graph {
	t.Helper()
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		storage, err := kubetest.Any(ctx, "storage")
		require.NoError(t, err)
		issuer, err := kubetest.Any(ctx, "issuer")
		require.NoError(t, err)
		a := Args{
			Charts: charts, Namespace: pulumi.String("safe"), NamespaceName: "safe", DNSDomain: "cluster.local",
			Replicas: 3, DiskGiB: 5, AuditGiB: 7, StorageClass: "local", NodeLabel: "disk", Issuer: "authority", CA: pulumi.String("PEM"),
			From: []string{"apps"}, Snapshots: Snapshots{
				Schedule: "15 2 * * *", Endpoint: "https://s3", CA: pulumi.String("S3 PEM"), Bucket: "backups", Class: "snapshot-login",
			},
			Storage: []pulumi.Resource{storage}, IssuerReady: []pulumi.Resource{issuer},
		}
		if change != nil {
			change(&a)
		}
		v, err := New(ctx, "vault", a)
		require.NoError(t, err)
		assert.Equal(t, "https://vault-active.safe.svc:8200", v.Address)
		return nil
	})
}

func TestServersFindEachOther(t *testing.T) {
	r := graph(t, nil).Release(t, "vault")
	assert.Equal(t, pins.Vault.Version, r.At("version"))
	assert.Equal(t, 3.0, r.At("values.server.ha.replicas"))
	conf, _ := r.At("values.server.ha.raft.config").(string)
	assert.Equal(t, 3, strings.Count(conf, "retry_join"))
	for i := range 3 {
		name := fmt.Sprintf("vault-%d.vault-internal.safe.svc", i)
		assert.Contains(t, conf, `leader_api_addr       = "https://`+name+`:8200"`)
		assert.Contains(t, conf, `leader_tls_servername = "`+name+`"`, "its own certificate is verified")
	}
	assert.NotContains(t, conf, "tls_disable")
	assert.True(t, r.DependsOn("storage"))
	assert.True(t, r.DependsOn("vault-certificate"))
}

func TestServersKeepDataAndAudit(t *testing.T) {
	r := graph(t, nil).Release(t, "vault")
	for volume, size := range map[string]string{"dataStorage": "5Gi", "auditStorage": "7Gi"} {
		assert.Equal(t, map[string]any{"enabled": true, "size": size, "storageClass": "local"}, r.At("values.server."+volume), volume)
	}
	assert.Equal(t, false, r.At("values.injector.enabled"), "pods mount files instead")
	assert.Equal(t, true, r.At("values.server.statefulSet.securityContext.pod.runAsNonRoot"))
}

func TestCertificateNamesEveryServer(t *testing.T) {
	c := graph(t, nil).Get(t, "kubernetes:cert-manager.io/v1:Certificate", "vault-certificate")
	assert.True(t, c.DependsOn("issuer"))
	names := fmt.Sprint(c.At("spec.dnsNames"))
	for _, name := range []string{"*.vault-internal.safe.svc", "vault-active.safe.svc", "localhost"} {
		assert.Contains(t, names, name)
	}
	assert.Equal(t, "authority", c.At("spec.issuerRef.name"))
	assert.Equal(t, kube.LongLived, c.At("spec.duration"), "a renewed one is not read")
}

func TestOnlyClientsReachTheServers(t *testing.T) {
	from := func(g *kubetest.Graph) string {
		return fmt.Sprint(g.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "vault").At("spec.ingress.1.from"))
	}
	closed := from(graph(t, nil))
	assert.Contains(t, closed, "apps")
	assert.NotContains(t, closed, "watchers")
	assert.Contains(t, from(graph(t, func(a *Args) { a.Monitors = pulumi.String("watchers") })), "watchers")
}

func TestSnapshotsLogInForVaultAlone(t *testing.T) {
	g := graph(t, nil)
	c := g.Get(t, "kubernetes:batch/v1:CronJob", "vault-snapshot")
	assert.Equal(t, "15 2 * * *", c.At("spec.schedule"))
	pod := "spec.jobTemplate.spec.template.spec."
	assert.Equal(t, false, c.At(pod+"automountServiceAccountToken"))
	assert.Equal(t, SnapshotAccount, c.At(pod+"serviceAccountName"))
	volumes := fmt.Sprint(c.At(pod + "volumes"))
	assert.Contains(t, volumes, "audience:vault")
	assert.Contains(t, volumes, "secretProviderClass:snapshot-login", "the store's credentials are in no Secret")
	assert.Equal(t, pins.VaultImage, c.At(pod+"initContainers.0.image"))
	policy := g.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "vault-snapshot")
	assert.Nil(t, policy.At("spec.ingress"), "nobody reaches the job")
}
