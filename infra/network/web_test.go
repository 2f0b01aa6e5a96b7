package network_test

import (
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/infra/storage"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/stacks/config"
)

func section() config.Network {
	return config.Network{
		IngressIP: netip.MustParseAddr("192.0.2.10"), FallbackIP: netip.MustParseAddr("192.0.2.11"),
		DNSIP: netip.MustParseAddr("192.0.2.12"), PoolFirst: netip.MustParseAddr("192.0.2.10"),
		PoolLast: netip.MustParseAddr("192.0.2.20"),
		DNS: config.DNS{
			Forwarders: []netip.Addr{netip.MustParseAddr("192.0.2.1")}, Protocol: "Udp",
			Zones: []config.Zone{{Name: "home.test"}},
		},
		CA: config.CA{CommonName: "Home CA", ValidityYears: 20},
	}
}

// run deploys every stage as the program does, with change applied to the section, and publish
// between the edge and the records.
func run(t *testing.T, disposable bool, change func(*config.Network), publish func(*pulumi.Context, *network.Web) error) (*kubetest.Graph, error) {
	t.Helper()
	charts, n := kube.Charts{Mirror: kubetest.Mirror(t)}, section()
	change(&n)
	return kubetest.TryRun(func(ctx *pulumi.Context) error {
		foundation, err := network.Foundation(ctx, network.FoundationInputs{Charts: charts, Network: n, Disposable: disposable})
		if err != nil {
			return err
		}
		classes, err := storage.Volumes(ctx, storage.VolumesInputs{Charts: charts, Disposable: disposable, NFS: config.NFS{
			Server: netip.MustParseAddr("192.0.2.6"), Path: "/export", Class: "shared",
		}})
		if err != nil {
			return err
		}
		edge, err := network.Edge(ctx, network.EdgeInputs{
			Charts: charts, Domain: "home.test", Network: n, Foundation: foundation, Classes: classes, Disposable: disposable,
		})
		if err != nil {
			return err
		}
		if err := publish(ctx, edge.Web); err != nil {
			return err
		}
		_, err = network.Records(ctx, network.RecordsInputs{Network: n, Web: edge.Web, DNS: edge.DNS})
		return err
	})
}

func graph(t *testing.T, change func(*config.Network)) *kubetest.Graph {
	t.Helper()
	g, err := run(t, false, change, nothing)
	require.NoError(t, err)
	return g
}

func same(*config.Network)                        {}
func nothing(*pulumi.Context, *network.Web) error { return nil }
func backend(ns string, port int) network.Backend {
	return network.Backend{Namespace: pulumi.String(ns), Service: "web", Port: port}
}

func TestPublishMakesCertificateGatewayRouteAndRecord(t *testing.T) {
	g, err := run(t, false, same, func(ctx *pulumi.Context, w *network.Web) error {
		p, err := w.Publish(ctx, w.Host("grafana.x"), backend("tools", 3000))
		if err != nil {
			return err
		}
		assert.Equal(t, "https://grafana.x.home.test", p.URL)
		assert.Equal(t, []string{"dns.home.test", "grafana.x.home.test", "traefik.home.test"}, w.Hosts())
		return nil
	})
	require.NoError(t, err)
	const host = "grafana.x.home.test"
	c := g.Get(t, "kubernetes:cert-manager.io/v1:Certificate", host+"-certificate")
	assert.Equal(t, []any{host}, c.At("spec.dnsNames"))
	assert.Equal(t, "homelab-ca-issuer", c.At("spec.issuerRef.name"))
	assert.Equal(t, "grafana-x-tls", c.At("spec.secretName"))
	assert.Equal(t, "condition=Ready", c.At(`metadata.annotations.pulumi\.com/waitFor`))
	assert.True(t, c.DependsOn("homelab-ca-issuer"))

	gw := g.Get(t, "kubernetes:gateway.networking.k8s.io/v1:Gateway", host+"-gateway")
	assert.Equal(t, "traefik", gw.At("spec.gatewayClassName"))
	assert.Equal(t, host, gw.At("spec.listeners.0.hostname"))
	assert.Equal(t, 8443.0, gw.At("spec.listeners.0.port"))
	assert.Equal(t, "grafana-x-tls", gw.At("spec.listeners.0.tls.certificateRefs.0.name"))
	assert.Equal(t, "Same", gw.At("spec.listeners.0.allowedRoutes.namespaces.from"))
	assert.True(t, gw.DependsOn(host+"-certificate"))
	assert.True(t, gw.DependsOn("Release traefik"))

	route := g.Get(t, "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", host+"-route")
	assert.Equal(t, []any{host}, route.At("spec.hostnames"))
	assert.Equal(t, gw.At("metadata.name"), route.At("spec.parentRefs.0.name"))
	assert.Equal(t, gw.At("spec.listeners.0.name"), route.At("spec.parentRefs.0.sectionName"))
	assert.Equal(t, map[string]any{"name": "web", "port": 3000.0}, route.At("spec.rules.0.backendRefs.0"))
	for _, r := range []kubetest.Resource{c, gw, route} {
		assert.Equal(t, "tools", r.At("metadata.namespace"), "no reference crosses a namespace")
		assert.Contains(t, r.Parent, "streamforge:network:Published::"+host)
	}

	files := g.Get(t, "kubernetes:core/v1:ConfigMap", "technitium-zones")
	assert.Contains(t, files.At(`data.home\.test\.zone`), "grafana.x.home.test. 3600 IN A 192.0.2.10\n")
}

func TestPublishRefuses(t *testing.T) {
	for host, want := range map[string]string{
		"grafana.other.test": "publish grafana.other.test: not below the domain home.test",
		"home.test":          "publish home.test: not below the domain home.test",
		".home.test":         "publish .home.test: not below the domain home.test",
		"traefik.home.test":  "publish traefik.home.test: published twice, a host leads to one Service",
	} {
		_, err := run(t, false, same, func(ctx *pulumi.Context, w *network.Web) error {
			_, err := w.Publish(ctx, host, backend("tools", 80))
			return err
		})
		assert.ErrorContains(t, err, want)
	}
}
