package config

import "net/netip"

// Network is the `network` section.
type Network struct {
	IngressIP  netip.Addr `json:"ingressIP"`            // Traefik's address, inside the pool and given to nothing else
	FallbackIP netip.Addr `json:"fallbackIP"`           // ingress-nginx's address, likewise
	DNSIP      netip.Addr `json:"dnsIP"`                // Technitium's address, likewise
	PoolFirst  netip.Addr `json:"poolFirst"`            // first address that MetalLB owns, inclusive
	PoolLast   netip.Addr `json:"poolLast"`             // last one, inclusive; what is not fixed above goes to other Services
	Interfaces []string   `json:"interfaces,omitempty"` // node interfaces MetalLB announces on; empty means all

	DNS  DNS        `json:"dns"`
	ACME *ACME      `json:"acme,omitempty"` // nil means no ACME resolver in Traefik
	SSH  *SSHTarget `json:"ssh,omitempty"`  // where port 22 of the ingress address leads
	CA   CA         `json:"ca"`
}

// CA is the platform's own certificate authority.
type CA struct {
	CommonName    string `json:"commonName"`
	ValidityYears int    `json:"validityYears"` // 1 to 30
	// Previous are root certificates, PEM, that stay trusted while certificates signed by them are
	// in use: those before a rotation. Public.
	Previous []string `json:"previous,omitempty"`
}

// DNS is what Technitium serves besides the published hosts.
type DNS struct {
	Forwarders []netip.Addr `json:"forwarders"` // resolvers for everything outside the zones
	Protocol   string       `json:"protocol"`   // Udp, Tcp, Tls or Https: how forwarders are asked
	Zones      []Zone       `json:"zones"`      // must hold site.domain
}

// Zone is one primary zone.
type Zone struct {
	Name    string   `json:"name"`
	Records []Record `json:"records,omitempty"` // besides those of published hosts
}

// Record is one resource record.
type Record struct {
	Name  string `json:"name"`          // relative to the zone; @ is the zone itself, * the wildcard
	Type  string `json:"type"`          // A, AAAA, CNAME, TXT, MX or SRV
	Value string `json:"value"`         // as in a zone file
	TTL   int    `json:"ttl,omitempty"` // seconds, 0 means 3600
}

// ACME configures Traefik's own certificate resolver.
type ACME struct {
	Email  string `json:"email"`
	Server string `json:"server"` // https address of the ACME directory
}

// SSHTarget is the Git host's SSH server, outside the cluster.
type SSHTarget struct {
	Address netip.Addr `json:"address"`
	Port    int        `json:"port"` // 1 to 65535
}
