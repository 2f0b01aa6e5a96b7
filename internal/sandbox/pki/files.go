package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"

	"github.com/streamforge/infrastructure/internal/atomicfile"
)

// matches tells whether an existing certificate says what l asks for.
func (l leaf) matches(c *x509.Certificate) bool {
	names, addresses := split(l.hosts)
	return c.Subject.CommonName == l.cn &&
		slices.Equal(c.Subject.Organization, l.org) &&
		slices.Equal(c.DNSNames, names) &&
		slices.EqualFunc(c.IPAddresses, addresses, net.IP.Equal) &&
		slices.Equal(c.ExtKeyUsage, l.usages())
}

func (l leaf) usages() (u []x509.ExtKeyUsage) {
	if l.server {
		u = append(u, x509.ExtKeyUsageServerAuth)
	}
	if l.client {
		u = append(u, x509.ExtKeyUsageClientAuth)
	}
	return u
}

func split(hosts []string) (names []string, addresses []net.IP) {
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			addresses = append(addresses, ip)
		} else {
			names = append(names, h)
		}
	}
	return names, addresses
}

// load reads a pair and fails if key and certificate do not belong together, as after a
// run that was killed between the two writes.
func load(p Pair) (*x509.Certificate, crypto.Signer, error) {
	pair, err := tls.LoadX509KeyPair(p.Cert, p.Key)
	if err != nil {
		return nil, nil, err
	}
	key, ok := pair.PrivateKey.(crypto.Signer)
	if !ok {
		return nil, nil, fmt.Errorf("%s: not a signing key", p.Key)
	}
	return pair.Leaf, key, nil
}

func store(p Pair, certificate []byte, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return errors.Join(
		writePEM(p.Key, "EC PRIVATE KEY", der, 0o600),
		writePEM(p.Cert, "CERTIFICATE", certificate, 0o644),
	)
}

// signingKey loads or makes the key pair that service account tokens are signed with.
func (m maker) signingKey(name string) (public, private string, err error) {
	public, private = filepath.Join(m.dir, name+".pub"), filepath.Join(m.dir, name+".key")
	_, missingPublic := os.Stat(public)
	_, missingPrivate := os.Stat(private)
	if missingPublic == nil && missingPrivate == nil {
		return public, private, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", name, err)
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", name, err)
	}
	open, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", name, err)
	}
	return public, private, errors.Join( // the public half last: both exist, or both are made again
		writePEM(private, "EC PRIVATE KEY", secret, 0o600),
		writePEM(public, "PUBLIC KEY", open, 0o644),
	)
}

func writePEM(path, kind string, der []byte, mode os.FileMode) error {
	return atomicfile.Write(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode)
}
