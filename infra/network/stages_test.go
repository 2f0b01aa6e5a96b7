package network_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/stacks/config"
)

func TestNamespacesAreOwnedByTheLayer(t *testing.T) {
	g := graph(t, same)
	for name, level := range map[string]string{
		"metallb-system": "privileged", "cert-manager": "restricted", "traefik": "baseline",
		"ingress-nginx": "baseline", "technitium": "baseline", "nfs-provisioner": "baseline",
	} {
		ns := g.Get(t, "kubernetes:core/v1:Namespace", name)
		assert.Equal(t, level, ns.At(`metadata.labels.pod-security\.kubernetes\.io/enforce`), name)
		assert.True(t, ns.Protect, name)
	}
}

func TestDisposableStacksCanBeDestroyed(t *testing.T) {
	g, err := run(t, true, same, nothing)
	require.NoError(t, err)
	for _, r := range g.All {
		assert.False(t, r.Protect, "%s %s", r.Type, r.Name)
	}
}

func TestEachAddressHasItsPool(t *testing.T) {
	g := graph(t, func(n *config.Network) { n.Interfaces = []string{"eth1"} })
	const pool = "kubernetes:metallb.io/v1beta1:IPAddressPool"
	for name, want := range map[string]string{
		"ingress": "192.0.2.10/32", "fallback": "192.0.2.11/32", "dns": "192.0.2.12/32", "lan": "192.0.2.13-192.0.2.20",
	} {
		p := g.Get(t, pool, "metallb-"+name)
		assert.Equal(t, []any{want}, p.At("spec.addresses"))
		assert.Equal(t, name == "lan", p.At("spec.autoAssign"), name)
	}
	assert.Equal(t, []any{"eth1"}, g.Get(t, "kubernetes:metallb.io/v1beta1:L2Advertisement", "metallb-l2").At("spec.interfaces"))
	assert.Equal(t, "192.0.2.10", g.Release(t, "traefik").At(`values.service.annotations.metallb\.io/loadBalancerIPs`))
	assert.Equal(t, "192.0.2.11", g.Release(t, "ingress-nginx").At(`values.controller.service.annotations.metallb\.io/loadBalancerIPs`))
	assert.Equal(t, "192.0.2.12", g.Get(t, "kubernetes:core/v1:Service", "technitium").At(`metadata.annotations.metallb\.io/loadBalancerIPs`))
}

func TestOrder(t *testing.T) {
	g := graph(t, same)
	for _, edge := range [][2]string{
		{"cert-manager", "gateways.gateway.networking.k8s.io"}, // exits at start without
		{"traefik", "middlewares.traefik.io"},
		{"traefik", "metallb-l2"},
		{"traefik", "Release nfs-provisioner"}, // ACME store
		{"ingress-nginx", "homelab-ca-issuer"},
	} {
		assert.True(t, g.Release(t, edge[0]).DependsOn(edge[1]), "%s after %s", edge[0], edge[1])
	}
	assert.False(t, g.Release(t, "metallb").DependsOn("gateways.gateway.networking.k8s.io"), "nothing waits without need")
	assert.True(t, g.Get(t, "kubernetes:batch/v1:Job", "technitium-zones").DependsOn("Deployment technitium"))
	assert.True(t, g.Get(t, "kubernetes:core/v1:PersistentVolumeClaim", "technitium-state").DependsOn("Release nfs-provisioner"))
}

func TestRootIsSigningAndSecret(t *testing.T) {
	g := graph(t, same)
	root := g.Get(t, "kubernetes:core/v1:Secret", "homelab-root-ca")
	assert.Equal(t, "certificate of root-ca", root.At(`stringData.tls\.crt`))
	assert.Equal(t, "private key of root-ca-key", root.At(`stringData.tls\.key`))
	assert.True(t, root.Secret("stringData"))
	cert := g.Get(t, "tls:index/selfSignedCert:SelfSignedCert", "root-ca")
	assert.Equal(t, "Home CA", cert.At("subject.commonName"))
	assert.True(t, cert.Protect)
}

func TestEveryOption(t *testing.T) {
	g := graph(t, func(n *config.Network) {
		n.ACME = &config.ACME{Email: "a@home.test", Server: "https://acme.home.test/directory"}
		n.SSH = &config.SSHTarget{Address: netip.MustParseAddr("198.51.100.7"), Port: 2022}
		n.DNS.Protocol = "Tls"
	})
	assert.Equal(t, "a@home.test", g.Release(t, "traefik").At("values.certificatesResolvers.acme.acme.email"))
	assert.Equal(t, []any{"198.51.100.7"}, g.Get(t, "kubernetes:discovery.k8s.io/v1:EndpointSlice", "traefik-ssh").At("endpoints.0.addresses"))
	assert.Equal(t, "Tls", g.Get(t, "kubernetes:batch/v1:Job", "technitium-zones").At("spec.template.spec.containers.0.env.4.value"))

	names := strings.Join(graph(t, same).Names(), "\n")
	assert.NotContains(t, names, "traefik-ssh")
}

func TestConsoleIsPublished(t *testing.T) {
	route := graph(t, same).Get(t, "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", "dns.home.test-route")
	assert.Equal(t, map[string]any{"name": "technitium-console", "port": 5380.0}, route.At("spec.rules.0.backendRefs.0"))
	assert.Equal(t, "technitium", route.At("metadata.namespace"))
}
