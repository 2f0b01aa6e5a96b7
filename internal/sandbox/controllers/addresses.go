package controllers

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// span is a range of addresses of one family, both ends included.
type span struct{ first, last netip.Addr }

// parseSpan reads one entry of a pool: CIDR notation or "first-last".
func parseSpan(s string) (span, error) {
	if from, to, isRange := strings.Cut(s, "-"); isRange {
		first, err := netip.ParseAddr(strings.TrimSpace(from))
		if err != nil {
			return span{}, fmt.Errorf("addresses %q: %w", s, err)
		}
		last, err := netip.ParseAddr(strings.TrimSpace(to))
		if err != nil {
			return span{}, fmt.Errorf("addresses %q: %w", s, err)
		}
		if first.Is4() != last.Is4() || last.Less(first) {
			return span{}, fmt.Errorf("addresses %q: the second must not be below the first", s)
		}
		return span{first, last}, nil
	}
	prefix, err := netip.ParsePrefix(s)
	if err != nil {
		return span{}, fmt.Errorf("addresses %q: neither CIDR notation nor first-last", s)
	}
	first := prefix.Masked().Addr()
	bytes := first.AsSlice()
	for bit := prefix.Bits(); bit < first.BitLen(); bit++ {
		bytes[bit/8] |= 0x80 >> (bit % 8)
	}
	last, _ := netip.AddrFromSlice(bytes)
	return span{first, last}, nil
}

func (s span) contains(a netip.Addr) bool { return !a.Less(s.first) && !s.last.Less(a) }

// pool is what matters of an IPAddressPool.
type pool struct {
	name       string
	spans      []span
	autoAssign bool     // gives addresses to Services that name neither pool nor address
	avoidBuggy bool     // never gives .0 and .255
	priority   int64    // lower is asked earlier; 0 is asked last
	namespaces []string // whose Services it may serve; empty means all
}

func (p pool) contains(a netip.Addr) bool {
	if last := a.AsSlice()[len(a.AsSlice())-1]; p.avoidBuggy && a.Is4() && (last == 0 || last == 255) {
		return false
	}
	return slices.ContainsFunc(p.spans, func(s span) bool { return s.contains(a) })
}

// claimant is a Service that wants or has addresses.
type claimant struct {
	name, namespace string
	wants           []netip.Addr // addresses it names; empty means any
	pool            string       // pool it names
	sharing         string       // key under which it shares its addresses; empty means it does not
	backend         string       // pods behind it, where they matter: sharers must agree
	ports           []string     // protocol/port, which no two sharers may both use
	has             []netip.Addr
	six             bool // IPv6
}

func (c claimant) String() string { return c.namespace + "/" + c.name }

// mayUse says why c cannot have address a beside the others that have it.
func (c claimant) mayUse(a netip.Addr, others []claimant) error {
	for _, o := range others {
		if !slices.Contains(o.has, a) {
			continue
		}
		if c.sharing == "" || c.sharing != o.sharing {
			return fmt.Errorf("%s is in use by %s, and they do not share it under one key", a, o)
		}
		if c.backend != o.backend {
			return fmt.Errorf("%s is shared with %s, which leads to other pods", a, o)
		}
		for _, port := range c.ports {
			if slices.Contains(o.ports, port) {
				return fmt.Errorf("%s is shared with %s, which also uses port %s", a, o, port)
			}
		}
	}
	return nil
}

// allocate gives c's addresses and the name of their pool. It keeps what c has for as long as
// that is right, and says why c gets nothing.
func allocate(pools []pool, others []claimant, c claimant) ([]netip.Addr, string, error) {
	usable := usablePools(pools, c)
	if c.pool != "" && !slices.ContainsFunc(pools, func(p pool) bool { return p.name == c.pool }) {
		return nil, "", fmt.Errorf("unknown pool %q", c.pool)
	}
	if len(c.wants) > 0 {
		return named(usable, others, c)
	}
	if len(c.has) > 0 {
		keeps := c
		keeps.wants = c.has
		if ips, name, err := named(usable, others, keeps); err == nil {
			return ips, name, nil
		}
	}
	for _, p := range usable {
		if c.pool == "" && !p.autoAssign {
			continue
		}
		for _, s := range p.spans {
			for a := s.first; a.IsValid() && s.contains(a); a = a.Next() {
				if a.Is6() == c.six && p.contains(a) && c.mayUse(a, others) == nil {
					return []netip.Addr{a}, p.name, nil
				}
			}
		}
	}
	if c.pool != "" {
		return nil, "", fmt.Errorf("no available address in pool %q", c.pool)
	}
	return nil, "", fmt.Errorf("no available address in any pool")
}

// usablePools gives the pools that may serve c, in the order in which they are asked.
func usablePools(pools []pool, c claimant) []pool {
	var usable []pool
	for _, p := range pools {
		serves := len(p.namespaces) == 0 || slices.Contains(p.namespaces, c.namespace)
		if serves && (c.pool == "" || c.pool == p.name) {
			usable = append(usable, p)
		}
	}
	slices.SortFunc(usable, func(a, b pool) int {
		if a.priority != b.priority && (a.priority == 0 || b.priority == 0) {
			return int(b.priority - a.priority)
		}
		if a.priority != b.priority {
			return int(a.priority - b.priority)
		}
		return strings.Compare(a.name, b.name)
	})
	return usable
}

// named gives c the addresses it names, which must all be in one pool.
func named(pools []pool, others []claimant, c claimant) ([]netip.Addr, string, error) {
	for _, p := range pools {
		if !slices.ContainsFunc(c.wants, func(a netip.Addr) bool { return !p.contains(a) }) {
			for _, a := range c.wants {
				if err := c.mayUse(a, others); err != nil {
					return nil, "", err
				}
			}
			return c.wants, p.name, nil
		}
	}
	if c.pool != "" {
		return nil, "", fmt.Errorf("%v is not in pool %q", c.wants, c.pool)
	}
	return nil, "", fmt.Errorf("%v is in no pool", c.wants)
}
