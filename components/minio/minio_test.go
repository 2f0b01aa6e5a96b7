package minio

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func args(ctx *pulumi.Context) (Args, error) {
	class, err := kubetest.Any(ctx, "class")
	if err != nil {
		return Args{}, err
	}
	issuer, err := kubetest.Any(ctx, "issuer")
	return Args{
		Namespace: pulumi.String("objects"), NamespaceName: "objects", DNSDomain: "example.local", Nodes: 6, DriveGiB: 50, Parity: 2,
		StorageClass: "local", NodeLabel: "example.test/disk", Region: "home-1", ConsoleURL: "https://minio.example.test",
		Issuer: "home-ca", CA: pulumi.String("CERTIFICATE"), WebFrom: "edge",
		Buckets: []Bucket{{Name: "models", Versioning: true, NoncurrentDays: 30}},
		Users: []User{
			{Name: "trainer", Namespaces: []string{"ml"}, Grants: []Grant{{Bucket: "models", Read: true, Write: true}}},
			{Name: "server", Namespaces: []string{"serving", "ml"}, Grants: []Grant{{Bucket: "models", Read: true}}},
		},
		Storage: []pulumi.Resource{class}, IssuerReady: []pulumi.Resource{issuer},
	}, err
}

func graph(t *testing.T, change func(*Args)) (*kubetest.Graph, *MinIO) {
	t.Helper()
	var m *MinIO
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		a, err := args(ctx)
		require.NoError(t, err)
		change(&a)
		m, err = New(ctx, "minio", a)
		return err
	})
	return g, m
}

func same(*Args) {}

func TestServers(t *testing.T) {
	g, m := graph(t, same)
	assert.Equal(t, "https://minio.objects.svc:9000", m.Endpoint)
	set := g.Get(t, "kubernetes:apps/v1:StatefulSet", "minio")
	assert.True(t, set.Protect, "replacing the set stops the store")
	assert.Equal(t, 6.0, set.At("spec.replicas"))
	assert.Equal(t, "Parallel", set.At("spec.podManagementPolicy"), "in order, the first would wait for the others for ever")
	assert.Equal(t, map[string]any{"whenDeleted": "Retain", "whenScaled": "Retain"}, set.At("spec.persistentVolumeClaimRetentionPolicy"))
	claim := set.At("spec.volumeClaimTemplates.0.spec").(map[string]any)
	assert.Equal(t, "local", claim["storageClassName"])
	assert.Equal(t, map[string]any{"requests": map[string]any{"storage": "50Gi"}}, claim["resources"])
	assert.Equal(t, map[string]any{"example.test/disk": "true"}, set.At("spec.template.spec.nodeSelector"))
	assert.Equal(t, "kubernetes.io/hostname",
		set.At("spec.template.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution.0.topologyKey"))
	c := set.At("spec.template.spec.containers.0").(map[string]any)
	assert.Equal(t, pins.MinIO, c["image"])
	assert.Equal(t, "https://minio-{0...5}.minio-hl.objects.svc.example.local:9000/data", c["args"].([]any)[7])
	for name, want := range map[string]string{
		"MINIO_STORAGE_CLASS_STANDARD": "EC:2", "MINIO_SITE_REGION": "home-1",
		"MINIO_BROWSER_REDIRECT_URL": "https://minio.example.test", "MINIO_ROOT_USER": "minio-root",
	} {
		assert.Contains(t, c["env"], map[string]any{"name": name, "value": want})
	}
	for _, probe := range []string{"startupProbe", "livenessProbe", "readinessProbe"} {
		assert.Equal(t, "HTTPS", c[probe].(map[string]any)["httpGet"].(map[string]any)["scheme"], probe)
	}
	for _, other := range []string{"class", "minio-certificate", "Secret minio-root", "Service minio-minio-hl"} {
		assert.True(t, set.DependsOn(other), other)
	}
	assert.Nil(t, g.Get(t, "kubernetes:core/v1:Service", "minio-minio").At("spec.clusterIP"))
	headless := g.Get(t, "kubernetes:core/v1:Service", "minio-minio-hl")
	assert.Equal(t, set.At("spec.serviceName"), headless.At("metadata.name"))
	assert.Equal(t, true, headless.At("spec.publishNotReadyAddresses"))
}

func TestCertificateNamesEveryServer(t *testing.T) {
	g, _ := graph(t, same)
	c := g.Get(t, "kubernetes:cert-manager.io/v1:Certificate", "minio-certificate")
	assert.Equal(t, []any{"minio", "minio.objects.svc", "minio.objects.svc.example.local",
		"*.minio-hl.objects.svc.example.local", "localhost"}, c.At("spec.dnsNames"))
	assert.True(t, c.DependsOn("issuer"))
	for _, service := range []string{"minio", "minio-console"} {
		p := g.Get(t, "kubernetes:gateway.networking.k8s.io/v1alpha3:BackendTLSPolicy", "minio-"+service+"-backend")
		assert.Equal(t, service, p.At("spec.targetRefs.0.name"))
		assert.Equal(t, "minio.objects.svc", p.At("spec.validation.hostname"))
		assert.Equal(t, "minio-ca", p.At("spec.validation.caCertificateRefs.0.name"))
		s := g.Get(t, "kubernetes:core/v1:Service", "minio-"+service)
		assert.True(t, strings.HasPrefix(s.At("spec.ports.0.name").(string), "https"), "the gateway tells TLS by the name")
	}
}

func TestOnlyNamedClientsReachTheServers(t *testing.T) {
	g, _ := graph(t, same)
	p := g.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "minio-minio")
	peer := func(kind, key, value string) map[string]any {
		return map[string]any{kind: map[string]any{"matchLabels": map[string]any{key: value}}}
	}
	const pod, ns = "app.kubernetes.io/name", "kubernetes.io/metadata.name"
	assert.Equal(t, []any{
		peer("podSelector", pod, "minio"), peer("podSelector", pod, "minio-setup"),
		peer("namespaceSelector", ns, "ml"), peer("namespaceSelector", ns, "serving"),
	}, p.At("spec.ingress.0.from"))
	assert.Equal(t, []any{peer("namespaceSelector", ns, "edge")}, p.At("spec.ingress.1.from"))
	assert.Nil(t, g.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "minio-minio-setup").At("spec.ingress"))
	assert.Equal(t, 1.0, g.Get(t, "kubernetes:policy/v1:PodDisruptionBudget", "minio").At("spec.maxUnavailable"))
}

func TestEveryUserHasCredentialsOfItsOwn(t *testing.T) {
	g, m := graph(t, same)
	secrets := map[any]bool{}
	for _, name := range []string{"trainer", "server"} {
		s := g.Get(t, "kubernetes:core/v1:Secret", "minio-user-"+name)
		assert.Equal(t, "s3-"+name, s.At("metadata.name"))
		assert.Equal(t, m.Users[name].Secret, s.At("metadata.name"))
		assert.Equal(t, name, s.At("stringData."+KeyAccessKey))
		assert.Equal(t, m.Endpoint, s.At("stringData."+KeyEndpoint))
		assert.Equal(t, "CERTIFICATE", s.At(`stringData.ca\.crt`))
		assert.True(t, s.Secret("stringData."+KeySecretKey))
		assert.NotContains(t, s.At("stringData"), "password", "the administrator's password stays with the servers")
		secrets[s.At("stringData."+KeySecretKey)] = true
	}
	secrets[g.Get(t, "kubernetes:core/v1:Secret", "minio-root").At("stringData.password")] = true
	assert.Len(t, secrets, 3)
}

func TestPolicies(t *testing.T) {
	content, err := policy(User{Name: "x", Grants: []Grant{
		{Bucket: "models", Read: true}, {Bucket: "drop", Write: true}, {Bucket: "own", Read: true, Write: true}}})
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(content, "s3:DeleteObject"), "only who reads and writes also deletes")
	assert.NotContains(t, content, "DeleteObjectVersion")
	assert.Equal(t, 2, strings.Count(content, `"s3:GetObject"`))
	assert.Equal(t, 2, strings.Count(content, `"s3:PutObject"`))
	assert.Equal(t, 3, strings.Count(content, `"s3:ListBucket"`))
	assert.Contains(t, content, `"arn:aws:s3:::drop/*"`)
}

func TestSetupRunsAgainWhenItsContentChanges(t *testing.T) {
	job := func(change func(*Args)) kubetest.Resource {
		g, _ := graph(t, change)
		cron := g.Get(t, "kubernetes:batch/v1:CronJob", "minio-setup")
		j := g.Get(t, "kubernetes:batch/v1:Job", "minio-setup")
		assert.Equal(t, j.At("spec.template.spec"), cron.At("spec.jobTemplate.spec.template.spec"))
		assert.Equal(t, j.At("metadata.name"), g.Get(t, "kubernetes:core/v1:ConfigMap", "minio-setup").At("metadata.name"))
		return j
	}
	first := job(same)
	assert.True(t, first.DependsOn("StatefulSet minio"))
	assert.Equal(t, "minio-setup-", first.At("metadata.name").(string)[:12])
	assert.Len(t, first.At("spec.template.metadata.annotations.streamforge/credentials"), 10)
	assert.Equal(t, first.At("metadata.name"), job(same).At("metadata.name"))
	for name, change := range map[string]func(*Args){
		"bucket":     func(a *Args) { a.Buckets = append(a.Buckets, Bucket{Name: "more"}) },
		"versioning": func(a *Args) { a.Buckets[0].Versioning = false },
		"rules":      func(a *Args) { a.Buckets[0].NoncurrentDays = 31 },
		"grant":      func(a *Args) { a.Users[1].Grants[0].Write = true },
		"user":       func(a *Args) { a.Users = a.Users[:1] },
	} {
		assert.NotEqual(t, first.At("metadata.name"), job(change).At("metadata.name"), name)
	}
	assert.Equal(t, first.At("metadata.name"), job(func(a *Args) { a.Nodes = 8 }).At("metadata.name"), "servers are not its business")
}

func TestDisposable(t *testing.T) {
	g, _ := graph(t, func(a *Args) { a.Disposable = true })
	for _, r := range g.All {
		if r.Name != "class" && r.Name != "issuer" {
			assert.False(t, r.Protect, r.Name)
		}
	}
}
