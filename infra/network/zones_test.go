package network

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/stacks/config"
)

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

var published = serving{
	domain: "home.test", ingress: addr("192.0.2.10"), server: addr("192.0.2.53"),
	wildcards: []string{"*", "*.kafka"}, hosts: []string{"grafana.home.test", "a.lab.home.test"},
}

func TestZonesHoldWhatIsPublished(t *testing.T) {
	all, err := zones(config.DNS{Zones: []config.Zone{
		{Name: "home.test", Records: []config.Record{{Name: "gitlab", Type: "A", Value: "192.0.2.20", TTL: 60}}},
		{Name: "lab.home.test"},
		{Name: "other.test", Records: []config.Record{{Name: "@", Type: "A", Value: "192.0.2.30"}}},
	}}, published)
	require.NoError(t, err)
	require.Len(t, all, 3)
	assert.Equal(t, `*.home.test. 3600 IN A 192.0.2.10
*.kafka.home.test. 3600 IN A 192.0.2.10
gitlab.home.test. 60 IN A 192.0.2.20
grafana.home.test. 3600 IN A 192.0.2.10
home.test. 3600 IN NS ns1.home.test.
ns1.home.test. 3600 IN A 192.0.2.53
`, all[0].File())
	assert.Equal(t, "a.lab.home.test. 3600 IN A 192.0.2.10\nlab.home.test. 3600 IN NS ns1.home.test.\n", all[1].File(),
		"the zone with the longest name is the one that is asked")
	assert.Equal(t, "other.test. 3600 IN A 192.0.2.30\nother.test. 3600 IN NS ns1.home.test.\n", all[2].File())
}

func TestAConfiguredWildcardWins(t *testing.T) {
	all, err := zones(config.DNS{Zones: []config.Zone{
		{Name: "home.test", Records: []config.Record{{Name: "*", Type: "CNAME", Value: "elsewhere.test."}}},
	}}, serving{domain: "home.test", ingress: addr("192.0.2.10"), server: addr("192.0.2.53"), wildcards: []string{"*"}})
	require.NoError(t, err)
	assert.Equal(t, `*.home.test. 3600 IN CNAME elsewhere.test.
home.test. 3600 IN NS ns1.home.test.
ns1.home.test. 3600 IN A 192.0.2.53
`, all[0].File())
}

func TestZonesRefuse(t *testing.T) {
	_, err := zones(config.DNS{Zones: []config.Zone{
		{Name: "home.test", Records: []config.Record{{Name: "Grafana", Type: "A", Value: "192.0.2.1"}}},
	}}, published)
	assert.EqualError(t, err, "network.dns.zones: zone home.test has a record for grafana, which the platform publishes itself: remove the record")

	_, err = zones(config.DNS{Zones: []config.Zone{{Name: "other.test"}}}, published)
	assert.EqualError(t, err, "network.dns.zones: no zone holds the published host grafana.home.test: add home.test")
}

func TestPoolsNeverOverlap(t *testing.T) {
	first, last := addr("192.0.2.10"), addr("192.0.2.20")
	for name, c := range map[string]struct {
		taken []netip.Addr
		want  []string
	}{
		"at the start": {[]netip.Addr{addr("192.0.2.12"), addr("192.0.2.10"), addr("192.0.2.11")}, []string{"192.0.2.13-192.0.2.20"}},
		"in between":   {[]netip.Addr{addr("192.0.2.15")}, []string{"192.0.2.10-192.0.2.14", "192.0.2.16-192.0.2.20"}},
		"at the end":   {[]netip.Addr{addr("192.0.2.20")}, []string{"192.0.2.10-192.0.2.19"}},
		"outside":      {[]netip.Addr{addr("192.0.2.9"), addr("192.0.2.21")}, []string{"192.0.2.10-192.0.2.20"}},
	} {
		assert.Equal(t, c.want, without(first, last, c.taken), name)
	}
	assert.Empty(t, without(first, first, []netip.Addr{first}))
	edge := addr("255.255.255.255")
	assert.Empty(t, without(edge, edge, []netip.Addr{edge}), "there is no address after the last one")

	all := pools(config.Network{IngressIP: first, FallbackIP: addr("192.0.2.11"), DNSIP: addr("192.0.2.12"),
		PoolFirst: first, PoolLast: addr("192.0.2.12")})
	assert.Len(t, all, 3, "no pool without addresses")
}
