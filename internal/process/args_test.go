package process

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/sandbox/pki"
)

func allSpecs(t *testing.T) []Spec {
	t.Helper()
	set, err := pki.Ensure(t.TempDir(), pki.Site{APIAddress: netip.MustParseAddr("127.53.77.10"),
		ServiceIP: netip.MustParseAddr("10.233.0.1"), DNSDomain: "cluster.local"}, time.Now())
	require.NoError(t, err)
	c := Common{BinDir: "/bin", LogDir: "/logs"}
	api, err := APIServer{Common: c, Address: "127.53.77.10", Port: 6443, EtcdAddress: "127.0.0.1:1", PKI: set,
		ServiceCIDR: "10.233.0.0/18", DNSDomain: "cluster.local", Egress: "/egress.yaml"}.Spec()
	require.NoError(t, err)
	return []Spec{
		Etcd{Common: c, Client: "127.0.0.1:1", Peer: "127.0.0.1:2", Metrics: "127.0.0.1:3", DataDir: "/etcd"}.Spec(),
		api,
		ControllerManager{Common: c, Port: 4, PKI: set, ServiceCIDR: "10.233.0.0/18", ClusterName: "cluster.local"}.Spec(),
		Scheduler{Common: c, Port: 5, PKI: set}.Spec(),
		Kwok{Common: c, Port: 6, NodeSelector: "a=b", NodeIP: "10.250.0.1", PodCIDR: "10.240.0.0/16"}.Spec(),
	}
}

// listening are the flags that make a server listen; each of them must be given, because the
// default of most is every address.
var listening = map[string][]string{
	"etcd":                    {"listen-client-urls", "listen-peer-urls", "listen-metrics-urls"},
	"kube-apiserver":          {"bind-address"},
	"kube-controller-manager": {"bind-address"},
	"kube-scheduler":          {"bind-address"},
	"kwok":                    {"server-address"},
}

func TestEverythingListensOnLoopback(t *testing.T) {
	for _, s := range allSpecs(t) {
		flags := map[string]string{}
		for _, a := range s.Args {
			name, value, _ := strings.Cut(strings.TrimPrefix(a, "--"), "=")
			flags[name] = value
		}
		require.NotEmpty(t, listening[s.Name], s.Name)
		for _, f := range listening[s.Name] {
			assert.True(t, host(t, flags[f]).IsLoopback(), "%s --%s=%s", s.Name, f, flags[f])
		}
		address := strings.TrimPrefix(strings.TrimPrefix(s.Address, "https://"), "http://")
		assert.True(t, netip.MustParseAddrPort(address).Addr().IsLoopback(), s.Address)
	}
}

// host takes the address out of an IP, host:port or URL.
func host(t *testing.T, s string) netip.Addr {
	t.Helper()
	if u, err := url.Parse(s); err == nil && u.Host != "" {
		s = u.Host
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr()
	}
	a, err := netip.ParseAddr(s)
	require.NoError(t, err)
	return a
}

func TestAdvertisedAddressesAreNotLoopback(t *testing.T) {
	for _, s := range allSpecs(t) {
		for _, a := range s.Args {
			name, value, _ := strings.Cut(strings.TrimPrefix(a, "--"), "=")
			if name == "advertise-address" || name == "node-ip" {
				assert.False(t, host(t, value).IsLoopback(), "%s %s: EndpointSlices refuse loopback addresses", s.Name, a)
			}
		}
	}
}
