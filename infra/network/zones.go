package network

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/streamforge/infrastructure/components/technitium"
	"github.com/streamforge/infrastructure/stacks/config"
)

// nameServer is the server's own name below the site's domain.
const nameServer = "ns1"

// serving is what the zones say besides the configured records.
type serving struct {
	domain    string     // its zone gets the name server, the wildcards and the published hosts
	ingress   netip.Addr // of every published host
	server    netip.Addr // of the name server
	wildcards []string   // relative to domain, lead to ingress unless configured otherwise
	hosts     []string   // published, below domain
}

// zones gives every configured zone with the records of what is published added.
func zones(dns config.DNS, s serving) ([]technitium.Zone, error) {
	var all []technitium.Zone
	for _, configured := range dns.Zones {
		z := technitium.Zone{Name: configured.Name}
		for _, r := range configured.Records {
			z.Records = append(z.Records, technitium.Record{Name: r.Name, Type: r.Type, Value: r.Value, TTL: r.TTL})
		}
		z.Records = append(z.Records, technitium.Record{Name: "@", Type: "NS", Value: nameServer + "." + s.domain + "."})
		if z.Name == s.domain {
			z.Records = append(z.Records, technitium.Record{Name: nameServer, Type: "A", Value: s.server.String()})
			for _, w := range s.wildcards {
				if !has(z, w) {
					z.Records = append(z.Records, technitium.Record{Name: w, Type: "A", Value: s.ingress.String()})
				}
			}
		}
		all = append(all, z)
	}
	for _, host := range s.hosts {
		z := closest(all, host)
		if z == nil {
			return nil, fmt.Errorf("network.dns.zones: no zone holds the published host %s: add %s", host, s.domain)
		}
		name := strings.TrimSuffix(host, "."+z.Name)
		if has(*z, name) {
			return nil, fmt.Errorf("network.dns.zones: zone %s has a record for %s, which the platform publishes itself: remove the record", z.Name, name)
		}
		z.Records = append(z.Records, technitium.Record{Name: name, Type: "A", Value: s.ingress.String()})
	}
	return all, nil
}

// has tells whether the zone has any record of that name: an alias would exclude others.
func has(z technitium.Zone, name string) bool {
	return slices.ContainsFunc(z.Records, func(r technitium.Record) bool { return strings.EqualFold(r.Name, name) })
}

// closest gives the zone with the longest name that holds host, because that one is asked.
func closest(all []technitium.Zone, host string) *technitium.Zone {
	var best *technitium.Zone
	for i := range all {
		if strings.HasSuffix(host, "."+all[i].Name) && (best == nil || len(all[i].Name) > len(best.Name)) {
			best = &all[i]
		}
	}
	return best
}
