package config

import "net/netip"

// Cluster is the `cluster` section: the Kubernetes cluster that Kubespray makes of the machines.
type Cluster struct {
	VIP          netip.Addr   `json:"vip"`          // address of the API server, held by kube-vip; free, inside site.lan
	VIPInterface string       `json:"vipInterface"` // network interface of the control plane nodes, e.g. eth0
	APIPort      int          `json:"apiPort"`      // port of the API server, 6443 as Kubespray has it
	APIHost      string       `json:"apiHost"`      // name of the VIP, below site.domain
	DNSDomain    string       `json:"dnsDomain"`    // domain inside the cluster, e.g. cluster.local
	PodCIDR      netip.Prefix `json:"podCIDR"`
	ServiceCIDR  netip.Prefix `json:"serviceCIDR"`
}

// Server is the address of the API server as every client has it.
func (c Cluster) Server() string {
	return "https://" + netip.AddrPortFrom(c.VIP, uint16(c.APIPort)).String()
}

// Validate checks the section by itself.
func (c Cluster) Validate(at Path) (errs []error) {
	if !c.VIP.Is4() {
		errs = append(errs, at.Errorf("vip", "must be an IPv4 address, got %s", c.VIP))
	}
	errs = append(errs, matches(at, "vipInterface", c.VIPInterface, netDevice, "a network interface such as eth0")...)
	errs = append(errs, between(at, "apiPort", c.APIPort, 1, 65535, "")...)
	if !dnsName(c.DNSDomain, 1) {
		errs = append(errs, at.Errorf("dnsDomain", "must be a lower-case DNS name, got %q", c.DNSDomain))
	}
	pods := checkNetwork(c.PodCIDR, at, "podCIDR")
	services := checkNetwork(c.ServiceCIDR, at, "serviceCIDR")
	if len(pods)+len(services) == 0 && c.PodCIDR.Overlaps(c.ServiceCIDR) {
		errs = append(errs, at.Errorf("serviceCIDR", "%s overlaps cluster.podCIDR %s", c.ServiceCIDR, c.PodCIDR))
	}
	return append(append(errs, pods...), services...)
}
