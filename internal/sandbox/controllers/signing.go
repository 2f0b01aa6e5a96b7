package controllers

import (
	"fmt"

	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	"github.com/cert-manager/cert-manager/pkg/util/pki"
)

// signWith answers a request with a certificate of the authority: names from the signing request,
// usages, duration and CA flag from the object. It fails when the two contradict each other or the
// signing request is not one.
func signWith(ca keyPair, r *cmv1.CertificateRequest) (pki.PEMBundle, error) {
	template, err := pki.CertificateTemplateFromCertificateRequest(r)
	if err != nil {
		return pki.PEMBundle{}, fmt.Errorf("certificate signing request: %w", err)
	}
	return pki.SignCSRTemplate(ca.chain, ca.key, template)
}

// signSelf answers a request with a certificate signed by its own key, given in PEM.
func signSelf(keyPEM []byte, r *cmv1.CertificateRequest) (pki.PEMBundle, error) {
	template, err := pki.CertificateTemplateFromCertificateRequest(r)
	if err != nil {
		return pki.PEMBundle{}, fmt.Errorf("certificate signing request: %w", err)
	}
	key, err := pki.DecodePrivateKeyBytes(keyPEM)
	if err != nil {
		return pki.PEMBundle{}, fmt.Errorf("private key: %w", err)
	}
	same, err := pki.PublicKeysEqual(key.Public(), template.PublicKey)
	if err != nil {
		return pki.PEMBundle{}, err
	}
	if !same {
		return pki.PEMBundle{}, fmt.Errorf("private key: it did not sign the request")
	}
	certificate, _, err := pki.SignCertificate(template, template, template.PublicKey, key)
	if err != nil {
		return pki.PEMBundle{}, err
	}
	return pki.PEMBundle{ChainPEM: certificate, CAPEM: certificate}, nil
}
