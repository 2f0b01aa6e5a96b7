package pki

import (
	"fmt"
	"net/netip"
	"os"
	"time"
)

// Site is what the certificates must name.
type Site struct {
	APIAddress netip.Addr // address the API server listens on
	APIHost    string     // name of that address, may be empty
	ServiceIP  netip.Addr // first address of the service network: the API server inside the cluster
	DNSDomain  string     // domain inside the cluster, e.g. cluster.local

	IdentityHost string // name that Keycloak serves, may be empty
}

// Set is every file the sandbox's servers need.
type Set struct {
	CA           Pair // signs the API server, its clients and CertificateSigningRequests
	EtcdCA       Pair // signs etcd and its one client: no other certificate opens etcd
	FrontProxyCA Pair // signs the API server's requests to aggregated APIs

	APIServer, Etcd, EtcdClient, FrontProxy, Proxmox, Serving, Keycloak, Vault Pair // Serving: health ports of the managers
	Admin, ControllerManager, Scheduler, Kwok                                  Pair // clients of the API server

	ServiceAccountPublic, ServiceAccountPrivate string
}

// Ensure makes what is missing, damaged, outdated or about to expire in dir, and returns
// the whole set. Files that are still good are left untouched.
func Ensure(dir string, site Site, now time.Time) (Set, error) {
	s, err := ensure(maker{dir: dir, now: now}, site)
	if err != nil {
		return Set{}, fmt.Errorf("certificates in %s: %w", dir, err)
	}
	return s, nil
}

func ensure(m maker, site Site) (s Set, err error) {
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		return s, err
	}
	ca, err := m.authority("ca", "kubernetes")
	if err != nil {
		return s, err
	}
	etcd, err := m.authority("etcd-ca", "etcd-ca")
	if err != nil {
		return s, err
	}
	front, err := m.authority("front-proxy-ca", "front-proxy-ca")
	if err != nil {
		return s, err
	}
	s.CA, s.EtcdCA, s.FrontProxyCA = ca.Pair, etcd.Pair, front.Pair
	local := []string{"localhost", "127.0.0.1"}
	for _, want := range []struct {
		into *Pair
		by   *authority
		leaf leaf
	}{
		{&s.APIServer, ca, leaf{name: "apiserver", cn: "kube-apiserver", hosts: site.apiHosts(), server: true}},
		{&s.Serving, ca, leaf{name: "serving", cn: "sandbox", hosts: local, server: true}},
		{&s.Proxmox, ca, leaf{name: "proxmox", cn: "proxmox", hosts: local, server: true}},
		{&s.Keycloak, ca, leaf{name: "keycloak", cn: "keycloak", hosts: site.identityHosts(), server: true}},
		{&s.Vault, ca, leaf{name: "vault", cn: "vault", hosts: local, server: true}},
		{&s.Admin, ca, leaf{name: "admin", cn: "kubernetes-admin", org: []string{"system:masters"}, client: true}},
		{&s.ControllerManager, ca, leaf{name: "controller-manager", cn: "system:kube-controller-manager", client: true}},
		{&s.Scheduler, ca, leaf{name: "scheduler", cn: "system:kube-scheduler", client: true}},
		{&s.Kwok, ca, leaf{name: "kwok", cn: "kwok", org: []string{"system:masters"}, client: true}},
		{&s.Etcd, etcd, leaf{name: "etcd", cn: "etcd", hosts: local, server: true, client: true}},
		{&s.EtcdClient, etcd, leaf{name: "etcd-client", cn: "kube-apiserver", client: true}},
		{&s.FrontProxy, front, leaf{name: "front-proxy", cn: "front-proxy-client", client: true}},
	} {
		if *want.into, err = m.leaf(want.by, want.leaf); err != nil {
			return s, err
		}
	}
	s.ServiceAccountPublic, s.ServiceAccountPrivate, err = m.signingKey("service-account")
	return s, err
}

// apiHosts are the names under which clients inside and outside the cluster call the API server.
func (s Site) apiHosts() []string {
	hosts := []string{
		"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc." + s.DNSDomain,
		"127.0.0.1", s.APIAddress.String(), s.ServiceIP.String(),
	}
	if s.APIHost != "" {
		hosts = append(hosts, s.APIHost)
	}
	return hosts
}

// identityHosts are the names under which Keycloak is called.
func (s Site) identityHosts() []string {
	hosts := []string{"localhost", "127.0.0.1"}
	if s.IdentityHost != "" {
		hosts = append(hosts, s.IdentityHost)
	}
	return hosts
}
