package config

import "net/netip"

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
