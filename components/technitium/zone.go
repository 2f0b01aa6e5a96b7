package technitium

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Zone is one primary zone. The server keeps its SOA record itself.
type Zone struct {
	Name    string
	Records []Record
}

// Record is one resource record.
type Record struct {
	Name  string // relative to the zone; @ is the zone itself, * the wildcard
	Type  string // A, AAAA, CNAME, NS, TXT, MX or SRV
	Value string // as in a zone file: a name without a final dot is relative to the zone
	TTL   int    // seconds, 0 means 3600
}

const defaultTTL = 3600 // seconds

// File renders the zone with one record a line and absolute names, in a fixed order: a file that
// changes is a zone that changes.
func (z Zone) File() string {
	lines := make([]string, 0, len(z.Records))
	for _, r := range z.Records {
		ttl := r.TTL
		if ttl == 0 {
			ttl = defaultTTL
		}
		lines = append(lines, fmt.Sprintf("%s. %d IN %s %s\n", z.absolute(r.Name), ttl, r.Type, r.Value))
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "")
}

func (z Zone) absolute(name string) string {
	if name == "@" {
		return z.Name
	}
	return strings.ToLower(name) + "." + z.Name
}

// Forwarders are the servers that are asked for everything outside the zones.
type Forwarders struct {
	Addresses []netip.Addr
	Protocol  string // Udp, Tcp, Tls or Https
}

// list gives the addresses in the form the server wants for the protocol.
func (f Forwarders) list() string {
	all := make([]string, 0, len(f.Addresses))
	for _, a := range f.Addresses {
		host := a.String()
		if a.Is6() {
			host = "[" + host + "]"
		}
		if f.Protocol == "Https" {
			host = "https://" + host + "/dns-query"
		}
		all = append(all, host)
	}
	return strings.Join(all, ",")
}
