package cert_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"slices"
	"time"
)

// authority is a CA of the fake cluster.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// answer plays the issuer: it shows the conditions that the mode asks for.
func (k fakeKubectl) answer(object map[string]any, event func(string, ...any) error) error {
	condition := func(kind, status, reason, message string) map[string]any {
		return map[string]any{"type": kind, "status": status, "reason": reason, "message": message}
	}
	approved := condition("Approved", "True", "cert-manager.io", "approved by the built-in approver")
	switch k.mode {
	case "silent":
		return nil
	case "pending":
		return event("MODIFIED", approved, condition("Ready", "False", "Pending", "issuer is not ready"))
	case "denied":
		return event("MODIFIED", condition("Denied", "True", "policy.cert-manager.io", "no policy\nallows this"))
	case "denied-by-issuer":
		return event("MODIFIED", condition("Ready", "False", "Denied", "denied by an approval controller"))
	case "failed":
		return event("MODIFIED", approved, condition("Ready", "False", "Failed", "host is not allowed"))
	case "invalid-request":
		return event("MODIFIED", approved, condition("InvalidRequest", "True", "BadCSR", "cannot be signed"))
	case "deleted":
		return event("DELETED")
	}
	if err := event("MODIFIED", approved, condition("Ready", "False", "Pending", "signing")); err != nil {
		return err
	}
	status, err := k.sign(object)
	if err != nil {
		return err
	}
	object["status"] = status
	return event("MODIFIED", approved, condition("Ready", "True", "Issued", "certificate fetched"))
}

// sign makes the status of an issued request, with the flaw that the mode asks for.
func (k fakeKubectl) sign(object map[string]any) (map[string]any, error) {
	spec := object["spec"].(map[string]any)
	csr, err := parseRequest(spec["request"].(string))
	if err != nil {
		return nil, err
	}
	lifetime, err := time.ParseDuration(spec["duration"].(string))
	if err != nil {
		return nil, err
	}
	leaf := k.template(csr, lifetime)
	public := csr.PublicKey
	root, err := newAuthority("root", nil)
	if err != nil {
		return nil, err
	}
	signer, published, chain := root, pemOf(root.cert), ""
	switch k.mode {
	case "other-key":
		stranger, err := newAuthority("stranger", nil)
		if err != nil {
			return nil, err
		}
		public = stranger.key.Public()
	case "other-ca":
		if signer, err = newAuthority("root", nil); err != nil {
			return nil, err
		}
	case "intermediate", "ca-in-chain":
		if signer, err = newAuthority("intermediate", &root); err != nil {
			return nil, err
		}
		chain = pemOf(signer.cert)
		if k.mode == "ca-in-chain" {
			chain += pemOf(root.cert)
		}
	}
	raw, err := x509.CreateCertificate(rand.Reader, leaf, signer.cert, public, signer.key)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	certificate := pemOf(&x509.Certificate{Raw: raw})
	switch k.mode {
	case "no-certificate":
		certificate = ""
	case "no-ca":
		published = ""
	case "leaf-as-ca":
		published = certificate
	}
	encode := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	return map[string]any{"certificate": encode(certificate + chain), "ca": encode(published)}, nil
}

// parseRequest decodes a CertificateRequest's CSR.
func parseRequest(encoded string) (*x509.CertificateRequest, error) {
	text, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the request holds no PEM block")
	}
	return x509.ParseCertificateRequest(block.Bytes)
}

// template is the certificate before it is signed.
func (k fakeKubectl) template(csr *x509.CertificateRequest, lifetime time.Duration) *x509.Certificate {
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      csr.Subject, DNSNames: csr.DNSNames, IPAddresses: csr.IPAddresses,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(lifetime),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	switch k.mode {
	case "lost-names":
		leaf.DNSNames, leaf.IPAddresses = []string{"*.dmz.home"}, []net.IP{net.IPv4(192, 168, 1, 154)}
	case "expired":
		leaf.NotBefore, leaf.NotAfter = time.Unix(1_600_000_000, 0), time.Unix(1_600_003_600, 0)
	case "future":
		leaf.NotBefore, leaf.NotAfter = time.Unix(32_503_680_000, 0), time.Unix(32_503_683_600, 0)
	case "client-only":
		leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	}
	return leaf
}

// newAuthority makes a CA, self-signed or below a parent.
func newAuthority(name string, parent *authority) (authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, err
	}
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Unix(1_500_000_000, 0), NotAfter: time.Unix(40_000_000_000, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	if parent == nil {
		parent = &authority{cert: cert, key: key}
	}
	raw, err := x509.CreateCertificate(rand.Reader, cert, parent.cert, key.Public(), parent.key)
	if err != nil {
		return authority{}, err
	}
	cert, err = x509.ParseCertificate(raw)
	return authority{cert: cert, key: key}, err
}

func pemOf(certs ...*x509.Certificate) string {
	var out []byte
	for _, c := range certs {
		out = slices.Concat(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return string(out)
}
