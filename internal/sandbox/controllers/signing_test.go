package controllers

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"testing"
	"time"

	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	"github.com/cert-manager/cert-manager/pkg/util/pki"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// newKey gives a key and its PEM form.
func newKey(t *testing.T) (*ecdsa.PrivateKey, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	encoded, err := pki.EncodeECPrivateKey(key)
	require.NoError(t, err)
	return key, encoded
}

// certificateBy makes a certificate signed by parent, or by itself where parent is nil, and gives
// the data of a TLS Secret with the chain above it.
func certificateBy(t *testing.T, name string, isCA bool, parent map[string][]byte) map[string][]byte {
	t.Helper()
	key, encoded := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, IsCA: isCA, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	signer := keyPair{chain: []*x509.Certificate{template}, key: key}
	if parent != nil {
		var err error
		signer, err = parseKeyPair(parent)
		require.NoError(t, err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer.chain[0], key.Public(), signer.key)
	require.NoError(t, err)
	chain := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), parent[corev1.TLSCertKey]...)
	return map[string][]byte{corev1.TLSCertKey: chain, corev1.TLSPrivateKeyKey: encoded}
}

// csrFor gives a signing request in PEM and the key that signed it.
func csrFor(t *testing.T, template *x509.CertificateRequest) (csr, key []byte) {
	t.Helper()
	signer, encoded := newKey(t)
	der, err := x509.CreateCertificateRequest(rand.Reader, template, signer)
	require.NoError(t, err)
	return pemCSR(der), encoded
}

func wish() *x509.CertificateRequest {
	return &x509.CertificateRequest{
		Subject: pkix.Name{CommonName: "web.example.org"}, DNSNames: []string{"web.example.org"},
		IPAddresses: []net.IP{net.ParseIP("192.0.2.1").To4()},
	}
}

// verified parses an issued certificate and checks it against the root it came with.
func verified(t *testing.T, chainPEM, rootPEM []byte, usage x509.ExtKeyUsage) []*x509.Certificate {
	t.Helper()
	chain, err := pki.DecodeX509CertificateChainBytes(chainPEM)
	require.NoError(t, err)
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(rootPEM))
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err = chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{usage}})
	require.NoError(t, err)
	return chain
}

func TestSignWith(t *testing.T) {
	root := certificateBy(t, "root", true, nil)
	middle := certificateBy(t, "middle", true, root)
	for name, c := range map[string]struct {
		ca    map[string][]byte
		chain []string
	}{
		"root":         {root, []string{"web.example.org"}},
		"intermediate": {middle, []string{"web.example.org", "middle"}},
	} {
		t.Run(name, func(t *testing.T) {
			ca, err := parseKeyPair(c.ca)
			require.NoError(t, err)
			csr, _ := csrFor(t, wish())
			bundle, err := signWith(ca, &cmv1.CertificateRequest{Spec: cmv1.CertificateRequestSpec{
				Request: csr, Duration: &metav1.Duration{Duration: 48 * time.Hour},
				Usages: []cmv1.KeyUsage{cmv1.UsageDigitalSignature, cmv1.UsageServerAuth},
			}})
			require.NoError(t, err)
			require.Equal(t, string(root[corev1.TLSCertKey]), string(bundle.CAPEM))
			chain := verified(t, bundle.ChainPEM, bundle.CAPEM, x509.ExtKeyUsageServerAuth)
			var names []string
			for _, certificate := range chain {
				names = append(names, certificate.Subject.CommonName)
			}
			require.Equal(t, c.chain, names)
			leaf := chain[0]
			require.Equal(t, []string{"web.example.org"}, leaf.DNSNames)
			require.Equal(t, "192.0.2.1", leaf.IPAddresses[0].String())
			require.Equal(t, x509.KeyUsageDigitalSignature, leaf.KeyUsage)
			require.Equal(t, 48*time.Hour, leaf.NotAfter.Sub(leaf.NotBefore))
			require.False(t, leaf.IsCA)
		})
	}
}

func TestSignRefuses(t *testing.T) {
	ca, err := parseKeyPair(certificateBy(t, "root", true, nil))
	require.NoError(t, err)
	_, err = signWith(ca, &cmv1.CertificateRequest{Spec: cmv1.CertificateRequestSpec{Request: []byte("no PEM")}})
	require.ErrorContains(t, err, "certificate signing request: error decoding certificate request PEM block")

	csr, _ := csrFor(t, wish())
	_, otherKey := newKey(t)
	_, err = signSelf(otherKey, &cmv1.CertificateRequest{Spec: cmv1.CertificateRequestSpec{Request: csr}})
	require.EqualError(t, err, "private key: it did not sign the request")
	_, err = signSelf(nil, &cmv1.CertificateRequest{Spec: cmv1.CertificateRequestSpec{Request: csr}})
	require.ErrorContains(t, err, "private key: ")
}

func TestParseKeyPair(t *testing.T) {
	one, other := certificateBy(t, "one", true, nil), certificateBy(t, "other", true, nil)
	_, err := parseKeyPair(map[string][]byte{
		corev1.TLSCertKey: one[corev1.TLSCertKey], corev1.TLSPrivateKeyKey: other[corev1.TLSPrivateKeyKey],
	})
	require.EqualError(t, err, "tls.key does not belong to tls.crt")
	_, err = parseKeyPair(map[string][]byte{corev1.TLSCertKey: one[corev1.TLSCertKey]})
	require.ErrorContains(t, err, "tls.key: ")
	_, err = parseKeyPair(nil)
	require.ErrorContains(t, err, "tls.crt: ")
}
