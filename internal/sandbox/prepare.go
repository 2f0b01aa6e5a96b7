package sandbox

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"time"

	"github.com/google/uuid"

	"github.com/streamforge/infrastructure/internal/atomicfile"
	"github.com/streamforge/infrastructure/internal/process"
	"github.com/streamforge/infrastructure/internal/sandbox/pki"
)

// neededBytes is the free space a start asks for: chart mirror, etcd, logs, Pulumi state.
const neededBytes = 1 << 30

// tools are the binaries the sandbox runs.
func tools() []string {
	return []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "vault"}
}

func checkSpace(dir string) error {
	free, err := process.FreeBytes(dir)
	if err != nil {
		return fmt.Errorf("free space: %w", err)
	}
	return enoughSpace(dir, free)
}

func enoughSpace(dir string, free uint64) error {
	if free >= neededBytes {
		return nil
	}
	return fmt.Errorf("disk of %s: %d MiB free, the sandbox needs %d MiB; free some space", dir, free>>20, neededBytes>>20)
}

// prepare makes all that must exist before the first process starts. It may be repeated.
func (s *Sandbox) prepare(ctx context.Context, set settings) error {
	for _, dir := range []string{"logs", "etcd", "kwok", "mirror", "project", "state", "pulumi", "tmp"} {
		if err := os.MkdirAll(s.path(dir), 0o700); err != nil {
			return err
		}
	}
	if err := writeJSON(s.path("settings.json"), set); err != nil {
		return err
	}
	p, err := s.ensurePorts(ctx, set.APIAddress)
	if err != nil {
		return err
	}
	if err := s.ensureSecret("passphrase", rand.Text()); err != nil {
		return err
	}
	if err := s.ensureSecret("proxmox-token", "root@pam!streamforge="+uuid.NewString()); err != nil {
		return err
	}
	certs, err := s.certificates(set)
	if err != nil {
		return err
	}
	if err := s.prepareKeycloak(set, p, certs); err != nil {
		return err
	}
	if err := s.prepareVault(p, certs); err != nil {
		return err
	}
	return s.writeKubeconfigs(set, p, certs)
}

// ensureSecret writes a file only this user can read, unless it exists.
func (s *Sandbox) ensureSecret(name, value string) error {
	if _, err := os.Stat(s.path(name)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return atomicfile.Write(s.path(name), []byte(value), 0o600)
}

func (s *Sandbox) certificates(set settings) (pki.Set, error) {
	return pki.Ensure(s.path("pki"), pki.Site{
		APIAddress: set.APIAddress,
		APIHost:    set.APIHost,
		ServiceIP:  set.ServiceCIDR.Masked().Addr().Next(),
		DNSDomain:  clusterDomain,

		IdentityHost: set.IdentityHost,
	}, time.Now())
}

// writeKubeconfigs writes admin.conf, named as Kubespray names things in it, and one file
// for each server that is a client of the API server.
func (s *Sandbox) writeKubeconfigs(set settings, p ports, certs pki.Set) error {
	server := "https://" + netip.AddrPortFrom(set.APIAddress, uint16(p[portAPI])).String()
	for _, k := range []struct {
		file, user string
		client     pki.Pair
	}{
		{s.AdminKubeconfig(), "kubernetes-admin-" + clusterDomain, certs.Admin},
		{s.kubeconfig("controller-manager"), "system:kube-controller-manager", certs.ControllerManager},
		{s.kubeconfig("scheduler"), "system:kube-scheduler", certs.Scheduler},
		{s.kubeconfig("kwok"), "kwok", certs.Kwok},
	} {
		err := pki.WriteKubeconfig(k.file, pki.Access{Server: server, Cluster: clusterDomain,
			User: k.user, CA: certs.CA.Cert, Client: k.client})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Sandbox) kubeconfig(of string) string { return s.path("pki", of+".conf") }
