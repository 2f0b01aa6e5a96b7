package objects_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/infra/storage"
	"github.com/streamforge/infrastructure/infra/storage/objects"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/stacks/config"
)

func deploy(t *testing.T) (*kubetest.Graph, objects.Outputs, *network.Web) {
	t.Helper()
	var out objects.Outputs
	web := &network.Web{Domain: "example.test", Class: "traefik", Issuer: network.Issuer}
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		class, err := kubetest.Any(ctx, "class")
		require.NoError(t, err)
		other, err := kubetest.Any(ctx, "other-class")
		require.NoError(t, err)
		definitions, err := kubetest.Any(ctx, "definitions")
		require.NoError(t, err)
		out, err = objects.Deploy(ctx, objects.Inputs{
			MinIO: config.MinIO{
				Nodes: 4, DriveGiB: 10, Parity: 2, Region: "home-1",
				Buckets: []config.Bucket{{Name: "models", Versioning: true}, {Name: "drop"}},
				Users: []config.S3User{{Name: "trainer", Namespaces: []string{"ml"}, Grants: []config.Grant{
					{Bucket: "models", Access: config.Read}, {Bucket: "drop", Access: config.Write}}}},
			},
			DNSDomain: "cluster.local", Classes: storage.Classes{
				Local: kube.Class{Name: "near", Ready: []pulumi.Resource{class}}, Replicated: kube.Class{Name: "fast", Ready: []pulumi.Resource{other}},
			},
			Foundation: network.FoundationOutputs{
				RootCertificate: pulumi.String("CERTIFICATE").ToStringOutput(), Definitions: []pulumi.Resource{definitions},
			},
			Web: web,
		})
		return err
	})
	return g, out, web
}

func TestStoreIsOnLocalDisksAndPublished(t *testing.T) {
	g, out, web := deploy(t)
	set := g.Get(t, "kubernetes:apps/v1:StatefulSet", "minio")
	assert.Equal(t, "near", set.At("spec.volumeClaimTemplates.0.spec.storageClassName"), "the store replicates itself")
	assert.True(t, set.DependsOn("class"))
	assert.False(t, set.DependsOn("other-class"))
	assert.Contains(t, set.At("spec.template.spec.containers.0.env"),
		map[string]any{"name": "MINIO_BROWSER_REDIRECT_URL", "value": "https://minio.example.test"})
	assert.Equal(t, []string{"minio.example.test", "s3.example.test"}, web.Hosts())
	assert.Equal(t, "https://s3.example.test", out.PublicURL)
	assert.Equal(t, "restricted", g.Get(t, "kubernetes:core/v1:Namespace", "minio").At(`metadata.labels.pod-security\.kubernetes\.io/enforce`))
	assert.True(t, g.Get(t, "kubernetes:gateway.networking.k8s.io/v1alpha3:BackendTLSPolicy", "minio-minio-backend").DependsOn("definitions"))
	route := g.Get(t, "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", "s3.example.test-route")
	assert.Equal(t, "minio", route.At("spec.rules.0.backendRefs.0.name"))
	assert.Equal(t, 9000.0, route.At("spec.rules.0.backendRefs.0.port"))
	assert.Equal(t, objects.Metrics{Namespace: "minio", Labels: map[string]string{"app.kubernetes.io/name": "minio"},
		Port: "https-api", Path: "/minio/v2/metrics/cluster"}, out.Metrics)
	service := g.Get(t, "kubernetes:core/v1:Service", "minio-minio")
	assert.Equal(t, out.Metrics.Port, service.At("spec.ports.0.name"))
	assert.Equal(t, "minio", service.At(`metadata.labels.app\.kubernetes\.io/name`))
}

func TestAccessOfAUser(t *testing.T) {
	g, out, _ := deploy(t)
	a, err := out.User("trainer")
	require.NoError(t, err)
	assert.Equal(t, "https://minio.minio.svc:9000", a.Endpoint)
	assert.Equal(t, "home-1", a.Region)
	assert.Equal(t, "trainer", a.AccessKey)
	assert.Equal(t, []string{"models", "drop"}, a.Buckets)
	assert.Equal(t, objects.SecretRef{Namespace: "minio", Name: "s3-trainer"}, a.Secret)
	assert.Len(t, a.Ready, 1, "the set-up")
	policy := g.Get(t, "kubernetes:core/v1:ConfigMap", "minio-setup").At(`data.trainer\.policy\.json`)
	assert.Contains(t, policy, `"s3:GetObject"`)
	assert.Contains(t, policy, `"s3:PutObject"`)
	assert.NotContains(t, policy, `"s3:DeleteObject"`, "neither bucket is for reading and writing")

	_, err = out.User("nobody")
	require.EqualError(t, err, "s3 user nobody: not one of storage.minio.users")
}
