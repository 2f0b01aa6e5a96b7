package kubeconfig

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

// soon is how long a client certificate must still last: longer than any run.
const soon = 24 * time.Hour

const renew = "renew it on a control plane node with `kubeadm certs renew admin.conf` and hand it over again"

// Check looks for everything that would make raw fail against wantServer at the time now, without
// asking the cluster. All problems come back joined, one a line.
func Check(raw []byte, wantServer string, now time.Time) error {
	f, err := parse(raw)
	if err != nil {
		return err
	}
	c, u, err := f.target()
	if err != nil {
		return err
	}
	cas, errs := c.check(wantServer, now)
	return errors.Join(append(errs, u.check(cas, now)...)...)
}

func (c *namedCluster) check(wantServer string, now time.Time) (cas []*x509.Certificate, errs []error) {
	problem := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("cluster %q: "+format, append([]any{c.Name}, args...)...))
	}
	if c.Cluster.Server != wantServer {
		problem("server is %q, want %q, the virtual address that outlives every single node; "+
			"`streamforge kubespray handover` rewrites it", c.Cluster.Server, wantServer)
	}
	if c.Cluster.Insecure {
		problem("insecure-skip-tls-verify is on, so anyone on the network can answer for the cluster; remove it")
	}
	if c.Cluster.ProxyURL != "" {
		problem("proxy-url is set; the cluster is on the LAN, remove it")
	}
	switch {
	case c.Cluster.CAFile != "":
		problem("certificate-authority names the file %q, which other machines do not have; %s", c.Cluster.CAFile, flatten)
	case c.Cluster.CAData == "":
		problem("no certificate-authority-data, so the server cannot be verified; %s", whence)
	default:
		var err error
		if cas, err = certificates(c.Cluster.CAData); err != nil {
			problem("certificate-authority-data: %w; %s", err, whence)
		}
	}
	for _, ca := range cas {
		switch {
		case !ca.IsCA:
			problem("certificate-authority-data: %q is not a CA certificate; %s", ca.Subject.CommonName, whence)
		case now.Before(ca.NotBefore):
			problem("CA %q is not valid before %s; check the clock", ca.Subject.CommonName, stamp(ca.NotBefore))
		case now.After(ca.NotAfter):
			problem("CA %q expired on %s; the cluster needs a new one before anything else",
				ca.Subject.CommonName, stamp(ca.NotAfter))
		}
	}
	return cas, errs
}

// certificates decodes base64 of PEM; without an error there is at least one.
func certificates(data string) ([]*x509.Certificate, error) {
	rest, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return nil, errors.New("not base64")
	}
	var certs []*x509.Certificate
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("a certificate in it cannot be read: %w", err)
		}
		certs = append(certs, cert)
	}
	if len(certs) == 0 {
		return nil, errors.New("no PEM certificate in it")
	}
	return certs, nil
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }
