package controllers

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

func spans(t *testing.T, texts ...string) []span {
	t.Helper()
	var all []span
	for _, text := range texts {
		s, err := parseSpan(text)
		require.NoError(t, err)
		all = append(all, s)
	}
	return all
}

func ips(texts ...string) []netip.Addr {
	var all []netip.Addr
	for _, text := range texts {
		all = append(all, netip.MustParseAddr(text))
	}
	return all
}

func TestParseSpan(t *testing.T) {
	for text, want := range map[string][2]string{
		"192.0.2.7/32":          {"192.0.2.7", "192.0.2.7"},
		"192.0.2.9/29":          {"192.0.2.8", "192.0.2.15"},
		"10.0.0.0/8":            {"10.0.0.0", "10.255.255.255"},
		"2001:db8::/126":        {"2001:db8::", "2001:db8::3"},
		"192.0.2.7 - 192.0.2.9": {"192.0.2.7", "192.0.2.9"},
	} {
		got := spans(t, text)[0]
		require.Equal(t, ips(want[:]...), []netip.Addr{got.first, got.last}, text)
	}
	for text, want := range map[string]string{
		"192.0.2.7":           `addresses "192.0.2.7": neither CIDR notation nor first-last`,
		"192.0.2.9-192.0.2.7": `addresses "192.0.2.9-192.0.2.7": the second must not be below the first`,
		"192.0.2.9-::1":       `addresses "192.0.2.9-::1": the second must not be below the first`,
	} {
		_, err := parseSpan(text)
		require.EqualError(t, err, want)
	}
	_, err := parseSpan("x-192.0.2.1")
	require.ErrorContains(t, err, `addresses "x-192.0.2.1": `)
}

func TestAllocate(t *testing.T) {
	pools := []pool{
		{name: "lan", spans: spans(t, "192.0.2.0-192.0.2.2"), autoAssign: true, avoidBuggy: true},
		{name: "ingress", spans: spans(t, "192.0.2.100/32")},
		{name: "first", spans: spans(t, "192.0.2.50/32"), autoAssign: true, priority: 1, namespaces: []string{"special"}},
	}
	holder := func(ip string, edit func(*claimant)) claimant {
		c := claimant{namespace: "ns", name: "holder", has: ips(ip), ports: []string{"TCP/80"}}
		if edit != nil {
			edit(&c)
		}
		return c
	}
	shares := func(c *claimant) { c.sharing = "key" }
	for name, c := range map[string]struct {
		others []claimant
		want   claimant
		ip     string // empty: none
		from   string
		err    string
	}{
		"first free, not .0":         {ip: "192.0.2.1", from: "lan"},
		"next free":                  {others: []claimant{holder("192.0.2.1", nil)}, ip: "192.0.2.2", from: "lan"},
		"keeps what it has":          {want: claimant{has: ips("192.0.2.2")}, ip: "192.0.2.2", from: "lan"},
		"loses what left the pools":  {want: claimant{has: ips("198.51.100.1")}, ip: "192.0.2.1", from: "lan"},
		"pool of its namespace":      {want: claimant{namespace: "special"}, ip: "192.0.2.50", from: "first"},
		"named address":              {want: claimant{wants: ips("192.0.2.100")}, ip: "192.0.2.100", from: "ingress"},
		"named pool":                 {want: claimant{pool: "ingress"}, ip: "192.0.2.100", from: "ingress"},
		"changed wish":               {want: claimant{wants: ips("192.0.2.100"), has: ips("192.0.2.1")}, ip: "192.0.2.100", from: "ingress"},
		"changed pool":               {want: claimant{pool: "ingress", has: ips("192.0.2.1")}, ip: "192.0.2.100", from: "ingress"},
		"address outside":            {want: claimant{wants: ips("198.51.100.1")}, err: "[198.51.100.1] is in no pool"},
		"address outside its pool":   {want: claimant{wants: ips("192.0.2.1"), pool: "ingress"}, err: `[192.0.2.1] is not in pool "ingress"`},
		"unknown pool":               {want: claimant{pool: "x"}, err: `unknown pool "x"`},
		"pool of others":             {want: claimant{pool: "first", namespace: "ns"}, err: `no available address in pool "first"`},
		"exhausted":                  {others: []claimant{holder("192.0.2.1", nil), holder("192.0.2.2", nil)}, err: "no available address in any pool"},
		"no pool has IPv6":           {want: claimant{six: true}, err: "no available address in any pool"},
		"taken":                      {others: []claimant{holder("192.0.2.100", nil)}, want: claimant{wants: ips("192.0.2.100")}, err: "192.0.2.100 is in use by ns/holder, and they do not share it under one key"},
		"shared under another key":   {others: []claimant{holder("192.0.2.100", shares)}, want: claimant{wants: ips("192.0.2.100"), sharing: "other"}, err: "192.0.2.100 is in use by ns/holder, and they do not share it under one key"},
		"shared":                     {others: []claimant{holder("192.0.2.100", shares)}, want: claimant{wants: ips("192.0.2.100"), sharing: "key", ports: []string{"UDP/80"}}, ip: "192.0.2.100", from: "ingress"},
		"shared port":                {others: []claimant{holder("192.0.2.100", shares)}, want: claimant{wants: ips("192.0.2.100"), sharing: "key", ports: []string{"TCP/80"}}, err: "192.0.2.100 is shared with ns/holder, which also uses port TCP/80"},
		"shared with other backends": {others: []claimant{holder("192.0.2.100", shares)}, want: claimant{wants: ips("192.0.2.100"), sharing: "key", backend: "map[app:x]"}, err: "192.0.2.100 is shared with ns/holder, which leads to other pods"},
	} {
		t.Run(name, func(t *testing.T) {
			got, from, err := allocate(pools, c.others, c.want)
			if c.err != "" {
				require.EqualError(t, err, c.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, ips(c.ip), got)
			require.Equal(t, c.from, from)
		})
	}
}
