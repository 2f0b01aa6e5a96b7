package config

import (
	"net/netip"
	"slices"
	"strings"
)

// Validate checks the section by itself.
func (n Network) Validate(at Path) (errs []error) {
	if !n.PoolFirst.Is4() || !n.PoolLast.Is4() || n.PoolLast.Less(n.PoolFirst) {
		errs = append(errs, at.Errorf("poolLast", "must be an IPv4 address not below poolFirst, got %s-%s", n.PoolFirst, n.PoolLast))
	} else {
		errs = append(errs, n.checkFixed(at)...)
	}
	for i, name := range n.Interfaces {
		errs = append(errs, matches(at.Field("interfaces").Index(i), "", name, netDevice, "a network interface such as eth0")...)
	}
	errs = append(errs, n.DNS.validate(at.Field("dns"))...)
	if n.ACME != nil {
		errs = append(errs, n.ACME.validate(at.Field("acme"))...)
	}
	if n.SSH != nil {
		errs = append(errs, between(at.Field("ssh"), "port", n.SSH.Port, 1, 65535, "")...)
	}
	if n.CA.CommonName == "" || len(n.CA.CommonName) > 64 {
		errs = append(errs, at.Errorf("ca.commonName", "must have 1 to 64 characters, got %q", n.CA.CommonName))
	}
	errs = append(errs, n.CA.checkPrevious(at.Field("ca").Field("previous"))...)
	return append(errs, between(at.Field("ca"), "validityYears", n.CA.ValidityYears, 1, 30, " years")...)
}

// Fixed are the addresses that belong to one Service each, by configuration key.
func (n Network) Fixed() []FixedAddress {
	return []FixedAddress{{"ingressIP", n.IngressIP}, {"fallbackIP", n.FallbackIP}, {"dnsIP", n.DNSIP}}
}

// FixedAddress is one of them.
type FixedAddress struct {
	Key     string
	Address netip.Addr
}

func (n Network) checkFixed(at Path) (errs []error) {
	for _, f := range n.Fixed() {
		if !n.InPool(f.Address) {
			errs = append(errs, at.Errorf(f.Key, "%s is outside the pool %s-%s", f.Address, n.PoolFirst, n.PoolLast))
		}
	}
	return errs
}

// InPool tells whether MetalLB owns the address.
func (n Network) InPool(a netip.Addr) bool { return !a.Less(n.PoolFirst) && !n.PoolLast.Less(a) }

func (a ACME) validate(at Path) []error {
	errs := matches(at, "email", a.Email, mailAddress, "a mail address")
	if !httpsURL(a.Server, false) {
		errs = append(errs, at.Errorf("server", "must be the https address of an ACME directory, got %q", a.Server))
	}
	return errs
}

var protocols = []string{"Udp", "Tcp", "Tls", "Https"}

func (d DNS) validate(at Path) (errs []error) {
	if len(d.Forwarders) == 0 {
		errs = append(errs, at.Errorf("forwarders", "must name at least one resolver for everything outside the zones"))
	}
	if !slices.Contains(protocols, d.Protocol) {
		errs = append(errs, at.Errorf("protocol", "must be one of %s, got %q", strings.Join(protocols, ", "), d.Protocol))
	}
	zones := unique[string]{}
	for i, z := range d.Zones {
		here := at.Field("zones").Index(i)
		if !dnsName(z.Name, 2) {
			errs = append(errs, here.Errorf("name", "must be a lower-case DNS name of at least two labels, got %q", z.Name))
		}
		if err := zones.add(z.Name, here.Field("name")); err != nil {
			errs = append(errs, err)
		}
		errs = append(errs, z.validate(here.Field("records"))...)
	}
	return errs
}

func (z Zone) validate(at Path) (errs []error) {
	types := map[string][]string{}
	for i, r := range z.Records {
		errs = append(errs, r.validate(at.Index(i))...)
		types[r.Name] = append(types[r.Name], r.Type)
	}
	for i, r := range z.Records {
		if r.Type == "CNAME" && len(types[r.Name]) > 1 {
			errs = append(errs, at.Index(i).Errorf("", "%s is a CNAME, no other record may have that name", r.Name))
		}
	}
	return errs
}

var recordTypes = []string{"A", "AAAA", "CNAME", "TXT", "MX", "SRV"}

func (r Record) validate(at Path) (errs []error) {
	relative := strings.TrimPrefix(r.Name, "*.")
	if r.Name != "@" && r.Name != "*" && !dnsName(strings.ReplaceAll(relative, "_", ""), 1) {
		errs = append(errs, at.Errorf("name", "must be @, * or a name relative to the zone, got %q", r.Name))
	}
	errs = append(errs, between(at, "ttl", r.TTL, 0, 604800, " seconds")...)
	if !slices.Contains(recordTypes, r.Type) {
		return append(errs, at.Errorf("type", "must be one of %s, got %q", strings.Join(recordTypes, ", "), r.Type))
	}
	a, err := netip.ParseAddr(r.Value)
	switch {
	case r.Type == "A" && (err != nil || !a.Is4()):
		errs = append(errs, at.Errorf("value", "must be an IPv4 address, got %q", r.Value))
	case r.Type == "AAAA" && (err != nil || !a.Is6()):
		errs = append(errs, at.Errorf("value", "must be an IPv6 address, got %q", r.Value))
	case r.Type == "CNAME" && !dnsName(strings.TrimSuffix(r.Value, "."), 1):
		errs = append(errs, at.Errorf("value", "must be a DNS name, got %q", r.Value))
	case r.Value == "" || strings.ContainsAny(r.Value, "\r\n"):
		errs = append(errs, at.Errorf("value", "must be one line that is not empty, got %q", r.Value))
	}
	return errs
}
