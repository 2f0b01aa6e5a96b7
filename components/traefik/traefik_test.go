package traefik_test

import (
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/components/traefik"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func graph(t *testing.T, change func(*traefik.Args)) *kubetest.Graph {
	t.Helper()
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		crds, err := charts.Manifest(ctx, "gateway-api", pins.GatewayAPI)
		require.NoError(t, err)
		pool, err := kubetest.Any(ctx, "pool")
		require.NoError(t, err)
		class, err := kubetest.Any(ctx, "class")
		require.NoError(t, err)
		issuer, err := kubetest.Any(ctx, "issuer")
		require.NoError(t, err)
		a := traefik.Args{
			Charts: charts, Namespace: pulumi.String("edge"), Address: netip.MustParseAddr("192.0.2.10"),
			Domain: "example.test", Class: "traefik", StorageClass: "nfs", Issuer: "home-ca",
			Definitions: crds, Addresses: []pulumi.Resource{pool}, Storage: []pulumi.Resource{class},
			IssuerReady: []pulumi.Resource{issuer},
		}
		change(&a)
		_, err = traefik.New(ctx, "traefik", a)
		return err
	})
}

func TestRelease(t *testing.T) {
	r := graph(t, func(*traefik.Args) {}).Release(t, "traefik")
	assert.Equal(t, pins.Traefik.Version, r.At("version"))
	assert.Equal(t, true, r.At("skipCrds"), "two owners of the Gateway API definitions would fight")
	assert.Equal(t, "edge", r.At("namespace"))
	assert.Equal(t, "192.0.2.10", r.At(`values.service.annotations.metallb\.io/loadBalancerIPs`))
	assert.Equal(t, "Local", r.At("values.service.spec.externalTrafficPolicy"))
	assert.Equal(t, "Recreate", r.At("values.updateStrategy.type"))
	assert.Equal(t, 1.0, r.At("values.deployment.replicas"))
	assert.Equal(t, map[string]any{
		"enabled": true, "name": "data", "path": "/data", "size": "1Gi", "accessMode": "ReadWriteOnce", "storageClass": "nfs",
	}, r.At("values.persistence"))
	assert.Equal(t, map[string]any{"enabled": true, "experimentalChannel": true}, r.At("values.providers.kubernetesGateway"))
	assert.Equal(t, map[string]any{}, r.At("values.certificatesResolvers"))
	assert.Equal(t, map[string]any{"default": true}, r.At("values.ports.ssh.expose"), "`true` breaks the chart's rendering")
	assert.Equal(t, 22.0, r.At("values.ports.ssh.exposedPort"))
	assert.Equal(t, "websecure", r.At("values.ports.web.redirections.entryPoint.to"))
	assert.Equal(t, false, r.At("values.gateway.enabled"))
	assert.Equal(t, false, r.At("values.ingressRoute.dashboard.enabled"))
	for _, other := range []string{"gateways.gateway.networking.k8s.io", "pool", "class"} {
		assert.True(t, r.DependsOn(other), other)
	}
	assert.False(t, r.DependsOn("issuer"), "Traefik starts while the issuer is being made")
}

func TestMainGateway(t *testing.T) {
	g := graph(t, func(*traefik.Args) {})
	c := g.Get(t, "kubernetes:cert-manager.io/v1:Certificate", "traefik-wildcard")
	assert.Equal(t, []any{"*.example.test", "example.test"}, c.At("spec.dnsNames"))
	assert.Equal(t, "home-ca", c.At("spec.issuerRef.name"))
	assert.True(t, c.DependsOn("issuer"))

	gw := g.Get(t, "kubernetes:gateway.networking.k8s.io/v1:Gateway", "traefik-gateway")
	assert.Equal(t, "main", gw.At("metadata.name"))
	assert.Equal(t, "condition=Programmed", gw.At(`metadata.annotations.pulumi\.com/waitFor`))
	assert.True(t, gw.DependsOn("Release traefik"))
	assert.True(t, gw.DependsOn("traefik-wildcard"), "without its certificate the Gateway is never programmed")
	for i, want := range []struct {
		name, protocol, from string
		port                 float64
	}{
		{"websecure", "HTTPS", "Same", 8443}, {"ssh", "TCP", "Same", 2222}, {"kafka", "TLS", "All", 9094},
	} {
		l := gw.At("spec.listeners").([]any)[i].(map[string]any)
		assert.Equal(t, want.name, l["name"])
		assert.Equal(t, want.protocol, l["protocol"])
		assert.Equal(t, want.port, l["port"], "of the entry point, not of the Service")
		assert.Equal(t, want.from, l["allowedRoutes"].(map[string]any)["namespaces"].(map[string]any)["from"])
	}
	assert.Equal(t, c.At("spec.secretName"), gw.At("spec.listeners.0.tls.certificateRefs.0.name"))
	assert.Equal(t, "*.kafka.example.test", gw.At("spec.listeners.2.hostname"))
	assert.Equal(t, "Passthrough", gw.At("spec.listeners.2.tls.mode"))
}

func TestDashboardIsBehindAPassword(t *testing.T) {
	g := graph(t, func(*traefik.Args) {})
	secret := g.Get(t, "kubernetes:core/v1:Secret", "traefik-dashboard")
	assert.Equal(t, "kubernetes.io/basic-auth", secret.At("type"))
	assert.Equal(t, "admin", secret.At("stringData.username"))
	assert.Len(t, secret.At("stringData.password"), 43)
	assert.True(t, secret.Secret("stringData"))

	middleware := g.Get(t, "kubernetes:traefik.io/v1alpha1:Middleware", "traefik-dashboard")
	assert.Equal(t, secret.At("metadata.name"), middleware.At("spec.basicAuth.secret"))

	route := g.Get(t, "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", "traefik-dashboard-route")
	assert.Equal(t, []any{"traefik.example.test"}, route.At("spec.hostnames"))
	assert.Equal(t, "/dashboard/", route.At("spec.rules.0.filters.0.requestRedirect.path.replaceFullPath"))
	assert.Nil(t, route.At("spec.rules.0.backendRefs"), "nothing is served without the filter")
	assert.Equal(t, middleware.At("metadata.name"), route.At("spec.rules.1.filters.0.extensionRef.name"))
	assert.Equal(t, "api@internal", route.At("spec.rules.1.backendRefs.0.name"))
	assert.True(t, route.DependsOn("Middleware traefik-dashboard"))
}

func TestACME(t *testing.T) {
	r := graph(t, func(a *traefik.Args) {
		a.ACME = &traefik.ACME{Email: "admin@example.test", Server: "https://acme.example.test/directory"}
	}).Release(t, "traefik")
	assert.Equal(t, map[string]any{
		"email": "admin@example.test", "caServer": "https://acme.example.test/directory",
		"storage": "/data/acme.json", "tlsChallenge": true,
	}, r.At("values.certificatesResolvers.acme.acme"))
}

func TestSSH(t *testing.T) {
	g := graph(t, func(a *traefik.Args) {
		target := netip.MustParseAddrPort("198.51.100.7:2022")
		a.SSH = &target
	})
	service := g.Get(t, "kubernetes:core/v1:Service", "traefik-ssh")
	assert.Nil(t, service.At("spec.selector"))
	assert.Equal(t, 22.0, service.At("spec.ports.0.port"))
	slice := g.Get(t, "kubernetes:discovery.k8s.io/v1:EndpointSlice", "traefik-ssh")
	assert.Equal(t, service.At("metadata.name"), slice.At(`metadata.labels.kubernetes\.io/service-name`))
	assert.Equal(t, []any{"198.51.100.7"}, slice.At("endpoints.0.addresses"))
	assert.Equal(t, 2022.0, slice.At("ports.0.port"))
	assert.Equal(t, service.At("spec.ports.0.name"), slice.At("ports.0.name"), "ports are matched by name")
	route := g.Get(t, "kubernetes:gateway.networking.k8s.io/v1alpha2:TCPRoute", "traefik-ssh-route")
	assert.Equal(t, "ssh", route.At("spec.parentRefs.0.sectionName"))
	assert.Equal(t, service.At("metadata.name"), route.At("spec.rules.0.backendRefs.0.name"))

	for _, name := range graph(t, func(*traefik.Args) {}).Names() {
		assert.NotContains(t, name, "traefik-ssh", "not deploying is not declaring")
	}
}
