package sandbox

import (
	"fmt"
	"io"
	"net/netip"
	"path/filepath"
	"slices"
)

// Options tell Start what to run. What is left out is as the last start had it, and at the
// first start as stated here.
type Options struct {
	BinDir string    // folder of the toolchain, <root>/bin
	Self   string    // the streamforge binary, which becomes the supervisor as `sandbox serve --root DIR`; required
	Out    io.Writer // progress, a line a step; nil is silent

	APIAddress  netip.Addr   // VIP of the cluster, inside 127.0.0.0/8: 127.53.0.10
	APIHost     string       // name of the VIP in the API server's certificate
	ServiceCIDR netip.Prefix // 10.233.0.0/18
	Hosts       []string     // names of the simulated Proxmox hosts: pve1, pve2, pve3

	// IdentityHost is the host name that Keycloak serves, e.g. keycloak.sandbox.test. Empty means
	// that there is none. It takes Java; where there is none, the start says so and goes on.
	IdentityHost string
}

// settings are what the supervisor reads of the options.
type settings struct {
	BinDir      string       `json:"binDir"`
	APIAddress  netip.Addr   `json:"apiAddress"`
	APIHost     string       `json:"apiHost,omitempty"`
	ServiceCIDR netip.Prefix `json:"serviceCIDR"`
	Hosts       []string     `json:"hosts"`

	IdentityHost string `json:"identityHost,omitempty"`
	Java         string `json:"java,omitempty"`     // path of the java command; empty means that Keycloak is left out
	Keycloak     string `json:"keycloak,omitempty"` // folder of its distribution
}

// clusterDomain is the domain inside the cluster and the cluster's name, as Kubespray has both.
const clusterDomain = "cluster.local"

func (s *Sandbox) loadSettings() (settings, error) {
	var set settings
	err := readJSON(s.path("settings.json"), &set)
	return set, err
}

// settle lays o over the settings of the last start and these over the defaults.
func (s *Sandbox) settle(o Options, last settings) (settings, error) {
	set := settings{
		BinDir:      filepath.Join(s.root, "bin"),
		APIAddress:  netip.AddrFrom4([4]byte{127, 53, 0, 10}),
		ServiceCIDR: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 233, 0, 0}), 18),
		Hosts:       []string{"pve1", "pve2", "pve3"},
	}
	for _, over := range []settings{last, {BinDir: o.BinDir, APIAddress: o.APIAddress, APIHost: o.APIHost,
		ServiceCIDR: o.ServiceCIDR, Hosts: o.Hosts, IdentityHost: o.IdentityHost}} {
		if over.BinDir != "" {
			set.BinDir = over.BinDir
		}
		if over.APIAddress.IsValid() {
			set.APIAddress = over.APIAddress
		}
		if over.APIHost != "" {
			set.APIHost = over.APIHost
		}
		if over.ServiceCIDR.IsValid() {
			set.ServiceCIDR = over.ServiceCIDR
		}
		if over.IdentityHost != "" {
			set.IdentityHost = over.IdentityHost
		}
		if len(over.Hosts) > 0 {
			set.Hosts = slices.Clone(over.Hosts)
		}
	}
	bin, err := filepath.Abs(set.BinDir)
	if err != nil {
		return settings{}, fmt.Errorf("tools in %s: %w", set.BinDir, err)
	}
	set.BinDir = bin
	if !set.APIAddress.Is4() || !set.APIAddress.IsLoopback() {
		return settings{}, fmt.Errorf("API address %s: must be an IPv4 address inside 127.0.0.0/8, the sandbox serves this machine only", set.APIAddress)
	}
	return set, nil
}
