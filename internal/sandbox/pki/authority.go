package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"path/filepath"
	"time"
)

const (
	authorityYears = 10
	leafDays       = 365
	renewBefore    = 30 * 24 * time.Hour
	backdate       = 5 * time.Minute // tolerates a clock that was set back a little
)

// Pair names the two PEM files of a certificate and its key.
type Pair struct {
	Cert string
	Key  string
}

func pairIn(dir, name string) Pair {
	return Pair{Cert: filepath.Join(dir, name+".crt"), Key: filepath.Join(dir, name+".key")}
}

// authority is a certificate authority whose files exist.
type authority struct {
	Pair
	cert *x509.Certificate
	key  crypto.Signer
}

// maker makes or reuses the contents of one folder.
type maker struct {
	dir string
	now time.Time
}

// authority loads the authority called name, or makes it when it is absent, damaged or
// near its end. What it signed before is then no longer accepted and is made anew too.
func (m maker) authority(name, commonName string) (*authority, error) {
	files := pairIn(m.dir, name)
	if cert, key, err := load(files); err == nil && m.fresh(cert) && cert.IsCA {
		return &authority{Pair: files, cert: cert, key: key}, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	template, err := m.template(pkix.Name{CommonName: commonName}, m.now.AddDate(authorityYears, 0, 0))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &authority{Pair: files, cert: cert, key: key}, store(files, der, key)
}

// leaf says what a certificate is for.
type leaf struct {
	name   string // of its files
	cn     string
	org    []string // Kubernetes groups of a client
	hosts  []string // names and addresses of a server
	server bool
	client bool
}

// leaf loads the certificate, or has ca sign a new one where the old one no longer does.
func (m maker) leaf(ca *authority, l leaf) (Pair, error) {
	files := pairIn(m.dir, l.name)
	if cert, _, err := load(files); err == nil && m.fresh(cert) && l.matches(cert) && cert.CheckSignatureFrom(ca.cert) == nil {
		return files, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, fmt.Errorf("%s: %w", l.name, err)
	}
	template, err := m.template(pkix.Name{CommonName: l.cn, Organization: l.org}, m.now.AddDate(0, 0, leafDays))
	if err != nil {
		return Pair{}, fmt.Errorf("%s: %w", l.name, err)
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.DNSNames, template.IPAddresses = split(l.hosts)
	template.ExtKeyUsage = l.usages()
	der, err := x509.CreateCertificate(rand.Reader, template, ca.cert, key.Public(), ca.key)
	if err != nil {
		return Pair{}, fmt.Errorf("%s: %w", l.name, err)
	}
	return files, store(files, der, key)
}

func (m maker) template(subject pkix.Name, until time.Time) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	return &x509.Certificate{Subject: subject, SerialNumber: serial,
		NotBefore: m.now.Add(-backdate), NotAfter: until}, nil
}

func (m maker) fresh(c *x509.Certificate) bool {
	return !m.now.Before(c.NotBefore) && m.now.Add(renewBefore).Before(c.NotAfter)
}
