package config

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// across holds every rule that spans sections.
func (c *Config) across() (errs []error) {
	if !c.Site.LAN.Addr().Is4() { // reported by its section; every rule here would repeat it
		return nil
	}
	errs = append(errs, c.addressesInLAN()...)
	errs = append(errs, c.addressesUnique()...)
	errs = append(errs, c.addressesOutsidePool()...)
	errs = append(errs, c.networksApart()...)
	errs = append(errs, c.storageFits()...)
	errs = append(errs, c.kafkaFits()...)
	errs = append(errs, c.databasesFit()...)
	errs = append(errs, c.loggingFits()...)
	errs = append(errs, c.gitopsFits()...)
	errs = append(errs, c.identityFits()...)
	if c.Alerting.MailFrom != "" {
		errs = append(errs, c.sends("alerting.mailFrom", c.Alerting.MailFrom, monitoringNamespace)...)
	}
	errs = append(errs, c.vaultFits()...)
	errs = append(errs, c.cardsFit()...)
	errs = append(errs, c.hostsUnderDomain()...)
	return append(errs, c.hostsOutsideResolve()...)
}

// claim is one address of the LAN and the key that claims it.
type claim struct {
	at      Path
	address netip.Addr
	pooled  bool // MetalLB announces it
}

// claims lists every address that something of the platform answers on.
func (c *Config) claims() []claim {
	list := []claim{
		{"site.gateway", c.Site.Gateway, false},
		{"cluster.vip", c.Cluster.VIP, false},
	}
	for i, p := range c.Compute.Pools {
		for j, n := range p.Nodes {
			at := Path("compute.pools").Index(i).Field("nodes").Index(j).Field("address")
			list = append(list, claim{at, n.Address, false})
		}
	}
	for _, f := range c.Network.Fixed() {
		list = append(list, claim{Path("network").Field(f.Key), f.Address, true})
	}
	return list
}

func (c *Config) addressesInLAN() (errs []error) {
	list := append(c.claims(),
		claim{"network.poolFirst", c.Network.PoolFirst, true}, claim{"network.poolLast", c.Network.PoolLast, true})
	for _, k := range list {
		if k.at != "site.gateway" && !usable(k.address, c.Site.LAN) {
			errs = append(errs, k.at.Errorf("", "%s is not a host address of site.lan %s", k.address, c.Site.LAN))
		}
	}
	return errs
}

func (c *Config) addressesUnique() (errs []error) {
	seen := unique[netip.Addr]{}
	for _, k := range c.claims() {
		// Two nodes with one address are reported by the compute section already.
		if first, taken := seen[k.address]; taken && strings.HasPrefix(string(first), "compute.") &&
			strings.HasPrefix(string(k.at), "compute.") {
			continue
		}
		if err := seen.add(k.address, k.at); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// addressesOutsidePool: MetalLB would answer ARP for an address that a machine already holds.
func (c *Config) addressesOutsidePool() (errs []error) {
	list := append(c.claims(), claim{"storage.nfs.server", c.Storage.NFS.Server, false})
	if g := c.Storage.Gluster; g != nil {
		if a, err := netip.ParseAddr(g.Server); err == nil {
			list = append(list, claim{"storage.gluster.server", a, false})
		}
	}
	for i, a := range c.Site.DNS {
		if a != c.Network.DNSIP {
			list = append(list, claim{Path("site.dns").Index(i), a, false})
		}
	}
	for _, k := range list {
		if !k.pooled && c.Network.InPool(k.address) {
			errs = append(errs, k.at.Errorf("", "%s is inside MetalLB's pool %s-%s, which must hold no other machine",
				k.address, c.Network.PoolFirst, c.Network.PoolLast))
		}
	}
	if len(c.Site.DNS) == 1 && c.Site.DNS[0] == c.Network.DNSIP {
		errs = append(errs, Path("site.dns").Errorf("", "names only the platform's own resolver %s: "+
			"nodes could not pull the image it runs from; add another", c.Network.DNSIP))
	}
	return errs
}

func (c *Config) networksApart() (errs []error) {
	for _, n := range []struct {
		field   string
		network netip.Prefix
	}{{"podCIDR", c.Cluster.PodCIDR}, {"serviceCIDR", c.Cluster.ServiceCIDR}} {
		if n.network.Overlaps(c.Site.LAN) {
			errs = append(errs, Path("cluster").Errorf(n.field, "%s overlaps site.lan %s", n.network, c.Site.LAN))
		}
	}
	return errs
}

func (c *Config) hostsUnderDomain() (errs []error) {
	if !dnsName(c.Cluster.APIHost, 2) || !strings.HasSuffix(c.Cluster.APIHost, "."+c.Site.Domain) {
		errs = append(errs, Path("cluster").Errorf("apiHost", "must be a name below site.domain %s, got %q", c.Site.Domain, c.Cluster.APIHost))
	}
	if c.Cluster.DNSDomain == c.Site.Domain || strings.HasSuffix(c.Cluster.DNSDomain, "."+c.Site.Domain) {
		errs = append(errs, Path("cluster").Errorf("dnsDomain", "%s lies in site.domain %s: the cluster would hide the site's own names", c.Cluster.DNSDomain, c.Site.Domain))
	}
	for _, z := range c.Network.DNS.Zones {
		if z.Name == c.Site.Domain {
			return errs
		}
	}
	return append(errs, Path("network.dns").Errorf("zones", "must hold site.domain %s", c.Site.Domain))
}

// host is the name of a machine outside the cluster and the key that has it.
type host struct {
	at   Path
	name string
}

// hostsOutsideResolve: the platform's name server answers for every name of its zones. One of a machine
// outside the cluster needs a record there, or the wildcard leads it to the ingress controller.
func (c *Config) hostsOutsideResolve() (errs []error) {
	hosts := []host{
		{"cluster.apiHost", c.Cluster.APIHost},
		{"gitops.gitlab.host", c.GitOps.GitLab.Host},
		{"mail.smartHost.host", c.Mail.SmartHost.Host},
	}
	if endpoint, err := url.Parse(c.Compute.Endpoint); err == nil {
		hosts = append(hosts, host{"compute.endpoint", strings.ToLower(endpoint.Hostname())}) // the only one that may have capitals
	}
	if g := c.Storage.Gluster; g != nil {
		hosts = append(hosts, host{"storage.gluster.server", g.Server})
	}
	for _, h := range hosts {
		if i := c.Network.DNS.zoneOf(h.name); i >= 0 && !c.Network.DNS.Zones[i].resolves(h.name) {
			errs = append(errs, h.at.Errorf("", "%s has no address in network.dns.zones[%d], which answers for %s: add a record of type A, AAAA or CNAME",
				h.name, i, c.Network.DNS.Zones[i].Name))
		}
	}
	return errs
}

// zoneOf is the zone that answers for a host: the longest that holds it. Below 0 means none.
func (d DNS) zoneOf(host string) int {
	best := -1
	for i, z := range d.Zones {
		if strings.HasSuffix(host, "."+z.Name) && (best < 0 || len(z.Name) > len(d.Zones[best].Name)) {
			best = i
		}
	}
	return best
}

// resolves tells whether the zone has an address, or an alias, of a host below it.
func (z Zone) resolves(host string) bool {
	return slices.ContainsFunc(z.Records, func(r Record) bool {
		return r.Name+"."+z.Name == host && slices.Contains([]string{"A", "AAAA", "CNAME"}, r.Type)
	})
}
