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
