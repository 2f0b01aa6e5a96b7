package technitium

import (
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func serverGraph(t *testing.T) *kubetest.Graph {
	t.Helper()
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		pool, err := kubetest.Any(ctx, "pool")
		require.NoError(t, err)
		class, err := kubetest.Any(ctx, "class")
		require.NoError(t, err)
		_, err = New(ctx, "technitium", Args{
			Namespace: pulumi.String("names"), Address: netip.MustParseAddr("192.0.2.53"), Host: "ns1.home.test",
			StorageClass: "nfs", ConsoleFrom: "edge",
			Addresses: []pulumi.Resource{pool}, Storage: []pulumi.Resource{class},
		})
		return err
	})
}

func TestServer(t *testing.T) {
	g := serverGraph(t)
	claim := g.Get(t, "kubernetes:core/v1:PersistentVolumeClaim", "technitium-state")
	assert.Equal(t, "nfs", claim.At("spec.storageClassName"))
	assert.Equal(t, []any{"ReadWriteOnce"}, claim.At("spec.accessModes"))
	assert.True(t, claim.DependsOn("class"))

	d := g.Get(t, "kubernetes:apps/v1:Deployment", "technitium")
	assert.Equal(t, 1.0, d.At("spec.replicas"), "two writers corrupt the state")
	assert.Equal(t, "Recreate", d.At("spec.strategy.type"))
	pod := "spec.template.spec."
	container := pod + "containers.0."
	assert.Equal(t, pins.Technitium, d.At(container+"image"))
	assert.Equal(t, "ns1.home.test", d.At(container+"env.0.value"))
	assert.Equal(t, "/run/secrets/technitium/password", d.At(container+"env.1.value"), "an unreadable file means admin/admin")
	assert.Equal(t, "/run/secrets/technitium", d.At(container+"volumeMounts.2.mountPath"))
	assert.Equal(t, []any{"ALL"}, d.At(container+"securityContext.capabilities.drop"))
	assert.Equal(t, true, d.At(container+"securityContext.readOnlyRootFilesystem"))
	assert.Equal(t, "RuntimeDefault", d.At(pod+"securityContext.seccompProfile.type"))
	for _, probe := range []string{"startupProbe", "readinessProbe", "livenessProbe"} {
		assert.NotNil(t, d.At(container+probe+".tcpSocket.port"), probe)
	}
	assert.NotNil(t, d.At(container+"resources.limits.memory"))
	assert.Equal(t, d.At("spec.selector.matchLabels"), d.At("spec.template.metadata.labels"))
}

func TestServices(t *testing.T) {
	g := serverGraph(t)
	dns := g.Get(t, "kubernetes:core/v1:Service", "technitium")
	assert.Equal(t, "192.0.2.53", dns.At(`metadata.annotations.metallb\.io/loadBalancerIPs`))
	assert.Equal(t, "Local", dns.At("spec.externalTrafficPolicy"), "recursion is allowed by the client's address")
	assert.Equal(t, "UDP", dns.At("spec.ports.0.protocol"))
	assert.Equal(t, "TCP", dns.At("spec.ports.1.protocol"))
	assert.Equal(t, "jsonpath={.status.loadBalancer.ingress[0].ip}", dns.At(`metadata.annotations.pulumi\.com/waitFor`))
	assert.True(t, dns.DependsOn("pool"))

	console := g.Get(t, "kubernetes:core/v1:Service", "technitium-console")
	assert.Nil(t, console.At("spec.type"), "the console stays inside the cluster")
	assert.Equal(t, float64(ConsolePort), console.At("spec.ports.0.port"))
}

func TestOnlyTheControllerAndTheJobReachTheConsole(t *testing.T) {
	policy := serverGraph(t).Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "technitium")
	assert.Nil(t, policy.At("spec.ingress.0.from"), "everybody may ask for names")
	assert.Equal(t, "edge", policy.At(`spec.ingress.1.from.0.namespaceSelector.matchLabels.kubernetes\.io/metadata\.name`))
	assert.Equal(t, zonesApp, policy.At(`spec.ingress.1.from.1.podSelector.matchLabels.app\.kubernetes\.io/name`))
	assert.Len(t, policy.At("spec.ingress"), 2)
	assert.Equal(t, []any{"Ingress", "Egress"}, policy.At("spec.policyTypes"))
}

func TestPasswordStaysSecret(t *testing.T) {
	secret := serverGraph(t).Get(t, "kubernetes:core/v1:Secret", "technitium-admin")
	assert.True(t, secret.Secret("stringData"))
	assert.Len(t, secret.At("stringData.password"), 43)
}

func zonesGraph(t *testing.T, forwarder string, zones ...Zone) *kubetest.Graph {
	t.Helper()
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		server, err := kubetest.Any(ctx, "server")
		require.NoError(t, err)
		_, err = NewZones(ctx, "zones", ZonesArgs{
			Namespace: pulumi.String("names"), Zones: zones, Server: []pulumi.Resource{server},
			Forwarders: Forwarders{[]netip.Addr{netip.MustParseAddr(forwarder)}, "Tcp"},
		})
		return err
	})
}

func TestZonesAreWrittenByAJobAndEveryHour(t *testing.T) {
	g := zonesGraph(t, "192.0.2.1", home)
	files := g.Get(t, "kubernetes:core/v1:ConfigMap", "zones")
	assert.Equal(t, true, files.At("immutable"))
	assert.Equal(t, home.File(), files.At(`data.home\.test\.zone`))
	assert.Equal(t, script, files.At(`data.apply\.sh`))

	job := g.Get(t, "kubernetes:batch/v1:Job", "zones")
	assert.Equal(t, files.At("metadata.name"), job.At("metadata.name"))
	assert.Equal(t, files.At("metadata.name"), job.At("spec.template.spec.volumes.0.configMap.name"))
	assert.True(t, job.DependsOn("server"))
	assert.Nil(t, job.At("spec.ttlSecondsAfterFinished"), "a Job that removes itself is drift")
	container := "spec.template.spec.containers.0."
	assert.Equal(t, pins.Curl, job.At(container+"image"))
	assert.Equal(t, "192.0.2.1", job.At(container+"env.3.value"))
	assert.Equal(t, true, job.At("spec.template.spec.securityContext.runAsNonRoot"))
	assert.Equal(t, true, job.At(container+"securityContext.readOnlyRootFilesystem"))
	assert.NotNil(t, job.At(container+"resources.limits.memory"))

	cron := g.Get(t, "kubernetes:batch/v1:CronJob", "zones")
	assert.Equal(t, job.At("spec"), cron.At("spec.jobTemplate.spec"))
	assert.Equal(t, "17 * * * *", cron.At("spec.schedule"))
	assert.Equal(t, "Forbid", cron.At("spec.concurrencyPolicy"))
}

func TestTheJobIsNamedByItsContent(t *testing.T) {
	name := func(g *kubetest.Graph) any { return g.Get(t, "kubernetes:batch/v1:Job", "zones").At("metadata.name") }
	first := name(zonesGraph(t, "192.0.2.1", home))
	assert.Equal(t, first, name(zonesGraph(t, "192.0.2.1", home)))
	assert.NotEqual(t, first, name(zonesGraph(t, "192.0.2.2", home)), "another forwarder")
	assert.NotEqual(t, first, name(zonesGraph(t, "192.0.2.1", Zone{home.Name, home.Records[:3]})), "a record less")
	assert.Regexp(t, `^technitium-zones-[0-9a-f]{10}$`, first)
}
