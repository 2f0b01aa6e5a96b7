package technitium

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestZoneFile(t *testing.T) {
	z := Zone{"home.test", []Record{
		{Name: "www", Type: "CNAME", Value: "grafana", TTL: 60},
		{Name: "@", Type: "MX", Value: "10 mail.other.test."},
		{Name: "Grafana", Type: "A", Value: "192.0.2.80"},
		{Name: "*", Type: "A", Value: "192.0.2.80"},
		{Name: "grafana", Type: "A", Value: "192.0.2.80"},
	}}
	assert.Equal(t, `*.home.test. 3600 IN A 192.0.2.80
grafana.home.test. 3600 IN A 192.0.2.80
home.test. 3600 IN MX 10 mail.other.test.
www.home.test. 60 IN CNAME grafana
`, z.File())
	assert.Empty(t, Zone{Name: "home.test"}.File())
}

func TestForwarders(t *testing.T) {
	addresses := []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}
	assert.Equal(t, "192.0.2.1,[2001:db8::1]", Forwarders{addresses, "Udp"}.list())
	assert.Equal(t, "https://192.0.2.1/dns-query,https://[2001:db8::1]/dns-query", Forwarders{addresses, "Https"}.list())
}
