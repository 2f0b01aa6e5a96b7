package network

import (
	"net/netip"
	"slices"

	"github.com/streamforge/infrastructure/components/metallb"
	"github.com/streamforge/infrastructure/stacks/config"
)

// pools divides MetalLB's range: one pool for each address that belongs to one Service, which
// gets it by asking for it, and one of all others for whoever asks for none in particular.
func pools(n config.Network) []metallb.Pool {
	var all []metallb.Pool
	var fixed []netip.Addr
	for _, p := range []struct {
		name    string
		address netip.Addr
	}{{"ingress", n.IngressIP}, {"fallback", n.FallbackIP}, {"dns", n.DNSIP}} {
		all = append(all, metallb.Pool{Name: p.name, Addresses: []string{p.address.String() + "/32"}})
		fixed = append(fixed, p.address)
	}
	if rest := without(n.PoolFirst, n.PoolLast, fixed); len(rest) > 0 {
		all = append(all, metallb.Pool{Name: "lan", Addresses: rest, AutoAssign: true})
	}
	return all
}

// without gives the ranges that are left of first to last, both inclusive, when the addresses in
// taken are cut out.
func without(first, last netip.Addr, taken []netip.Addr) []string {
	taken = slices.Clone(taken)
	slices.SortFunc(taken, netip.Addr.Compare)
	var left []string
	add := func(from, to netip.Addr) {
		if to.IsValid() && !to.Less(from) {
			left = append(left, from.String()+"-"+to.String())
		}
	}
	for _, a := range taken {
		if a.Less(first) || last.Less(a) {
			continue
		}
		add(first, a.Prev())
		if first = a.Next(); !first.IsValid() {
			return left
		}
	}
	add(first, last)
	return left
}
