package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/streamforge/infrastructure/internal/process"
)

// loopback is where everything but the API server listens.
const loopback = "127.0.0.1"

// What ports are for, the keys of ports.json.
const (
	portAPI               = "kube-apiserver"
	portEtcd              = "etcd"
	portEtcdPeer          = "etcd-peer"
	portEtcdMetrics       = "etcd-metrics"
	portControllerManager = "kube-controller-manager"
	portScheduler         = "kube-scheduler"
	portKwok              = "kwok"
	portProxmox           = "proxmox"

	portKeycloak           = "keycloak"
	portKeycloakManagement = "keycloak-management"

	portVault        = "vault"
	portVaultCluster = "vault-cluster"
)

// ports maps what a port is for to its number.
type ports map[string]int

// Ports are chosen below the range the system gives to outgoing connections (32768 and up on
// Linux): while the sandbox is stopped, none of those may take one.
const (
	firstPort, lastPort = 20000, 32000
	preferredAPIPort    = 6443
)

func allPorts() []string {
	return []string{portAPI, portEtcd, portEtcdPeer, portEtcdMetrics, portControllerManager, portScheduler, portKwok, portProxmox,
		portKeycloak, portKeycloakManagement, portVault, portVaultCluster}
}

func (s *Sandbox) loadPorts() (ports, error) {
	p := ports{}
	err := readJSON(s.path("ports.json"), &p)
	return p, err
}

// ensurePorts returns the recorded ports after checking that they are free, choosing and
// recording those that are missing. The sandbox must not be running.
func (s *Sandbox) ensurePorts(ctx context.Context, api netip.Addr) (ports, error) {
	p, err := s.loadPorts()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := s.allFree(ctx, p, api); err != nil {
		return nil, err
	}
	before := len(p)
	for _, name := range allPorts() {
		if p[name] != 0 {
			continue
		}
		if p[name], err = p.choose(name, api); err != nil {
			return nil, err
		}
	}
	if len(p) == before {
		return p, nil
	}
	return p, writeJSON(s.path("ports.json"), p)
}

func (p ports) address(name string, api netip.Addr) netip.AddrPort {
	if name == portAPI {
		return netip.AddrPortFrom(api, uint16(p[name]))
	}
	return netip.AddrPortFrom(netip.MustParseAddr(loopback), uint16(p[name]))
}

// choose finds a port that nobody listens on and that is not in p yet.
func (p ports) choose(name string, api netip.Addr) (int, error) {
	trial := ports{}
	try := func(port int) bool {
		trial[name] = port
		return !slices.Contains(slices.Collect(maps.Values(p)), port) && listenable(trial.address(name, api)) == nil
	}
	if name == portAPI && try(preferredAPIPort) {
		return preferredAPIPort, nil
	}
	for range 200 {
		if port := firstPort + rand.IntN(lastPort-firstPort); try(port) {
			return port, nil
		}
	}
	return 0, fmt.Errorf("port for %s: none of 200 tried between %d and %d can be listened on", name, firstPort, lastPort)
}

func listenable(at netip.AddrPort) error {
	l, err := net.Listen("tcp", at.String())
	if err != nil {
		return err
	}
	return l.Close()
}

// freeWithin bounds the wait for a port that nobody seems to hold: a killed process is dead for
// the system a moment before its sockets are.
const freeWithin = 5 * time.Second

// checkFree explains a recorded port that cannot be listened on.
func (s *Sandbox) checkFree(ctx context.Context, name string, at netip.AddrPort) error {
	ctx, cancel := context.WithTimeout(ctx, freeWithin)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := listenable(at)
		if err == nil {
			return nil
		}
		holder := process.Holder(at)
		if holder == "" {
			select {
			case <-tick.C:
				continue
			case <-ctx.Done():
			}
			holder = fmt.Sprintf("a process that the system does not name (%v)", err)
		}
		return fmt.Errorf("port %d: the sandbox's %s needs %s, but it is held by %s; end that process, "+
			"or remove %s to have new ports chosen (the next `up` then changes addresses)",
			at.Port(), name, at, holder, s.path("ports.json"))
	}
}

// CheckPorts tells whether the recorded ports of a sandbox that is stopped are still free; before the
// first start there are none.
func (s *Sandbox) CheckPorts(ctx context.Context) error {
	set, err := s.loadSettings()
	if err != nil {
		return none(err)
	}
	p, err := s.loadPorts()
	if err != nil {
		return none(err)
	}
	return s.allFree(ctx, p, set.APIAddress)
}

func (s *Sandbox) allFree(ctx context.Context, p ports, api netip.Addr) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(p)) {
		errs = append(errs, s.checkFree(ctx, name, p.address(name, api)))
	}
	return errors.Join(errs...)
}

// none takes a file that is not there for nothing to check.
func none(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
