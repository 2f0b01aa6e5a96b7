package config

import (
	"net/netip"
	"slices"
	"strings"
)

// Site is the `site` section: facts of the place that several layers need.
type Site struct {
	Domain  string       `json:"domain"`  // DNS domain of every published host, e.g. dmz.home
	LAN     netip.Prefix `json:"lan"`     // network of the nodes and of every published address
	Gateway netip.Addr   `json:"gateway"` // default gateway of the nodes, inside LAN
	DNS     []netip.Addr `json:"dns"`     // resolvers of the nodes, at least one; never only the platform's own
}

// Handover is the `handover` section: what people or other tools have brought into being so far.
// Layers that need more are left out of the run.
type Handover struct {
	Cluster bool `json:"cluster"` // Kubespray has run and its kubeconfig is stored
	Vault   bool `json:"vault"`   // Vault is initialised and its token is stored
}

// Charts is the `charts` section.
type Charts struct {
	Mirror string `json:"mirror,omitempty"` // folder, http(s):// or oci:// that replaces upstream; empty means upstream
}

// Validate checks the section by itself.
func (s Site) Validate(at Path) (errs []error) {
	if !dnsName(s.Domain, 2) {
		errs = append(errs, at.Errorf("domain", "must be a lower-case DNS name of at least two labels, got %q", s.Domain))
	}
	if problems := checkNetwork(s.LAN, at, "lan"); len(problems) > 0 {
		return append(errs, problems...)
	}
	if s.LAN.Bits() > 29 {
		errs = append(errs, at.Errorf("lan", "%s has no room for a cluster, must be /29 or larger", s.LAN))
	}
	if !usable(s.Gateway, s.LAN) {
		errs = append(errs, at.Errorf("gateway", "%s is not a host address of site.lan %s", s.Gateway, s.LAN))
	}
	if len(s.DNS) == 0 {
		errs = append(errs, at.Errorf("dns", "must name at least one resolver, the nodes cannot pull images without"))
	}
	seen := unique[netip.Addr]{}
	for i, a := range s.DNS {
		if err := seen.add(a, at.Field("dns").Index(i)); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// Validate checks the section by itself.
func (h Handover) Validate(at Path) []error {
	if h.Vault && !h.Cluster {
		return []error{at.Errorf("vault", "is true although handover.cluster is false: Vault runs in the cluster")}
	}
	return nil
}

// Validate checks the section by itself.
func (c Charts) Validate(at Path) []error {
	scheme, _, isURL := strings.Cut(c.Mirror, "://")
	if isURL && !slices.Contains([]string{"http", "https", "oci"}, scheme) {
		return []error{at.Errorf("mirror", "must be a folder, http(s)://... or oci://..., got %q", c.Mirror)}
	}
	return nil
}
