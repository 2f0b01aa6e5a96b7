package controllers

import (
	"crypto/x509"
	"testing"

	apiutil "github.com/cert-manager/cert-manager/pkg/api/util"
	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
)

func tlsSecret(namespace, name string, data map[string][]byte) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: objectMeta(namespace, name), Type: corev1.SecretTypeTLS, Data: data}
}

func caIssuer(namespace, name, secret string) *cmv1.Issuer {
	return &cmv1.Issuer{ObjectMeta: objectMeta(namespace, name), Spec: cmv1.IssuerSpec{
		IssuerConfig: cmv1.IssuerConfig{CA: &cmv1.CAIssuer{SecretName: secret}},
	}}
}

// issuerIs says whether the issuer's Ready condition has that reason.
func issuerIs(reason string) func(*cmv1.Issuer) bool {
	return func(i *cmv1.Issuer) bool {
		return len(i.Status.Conditions) == 1 && i.Status.Conditions[0].Reason == reason
	}
}

func requestIs(reason string) func(*cmv1.CertificateRequest) bool {
	return func(r *cmv1.CertificateRequest) bool {
		return apiutil.CertificateRequestReadyReason(r) == reason
	}
}

func signingRequest(namespace, name, issuer string, csr []byte) *cmv1.CertificateRequest {
	return &cmv1.CertificateRequest{ObjectMeta: objectMeta(namespace, name), Spec: cmv1.CertificateRequestSpec{
		Request: csr, IssuerRef: cmmeta.ObjectReference{Name: issuer, Group: certManagerGroup},
		Usages: []cmv1.KeyUsage{cmv1.UsageDigitalSignature, cmv1.UsageServerAuth},
	}}
}

func TestIssuerFollowsItsSecret(t *testing.T) {
	c, ns := world(t)
	issuer := caIssuer(ns, "ca", "ca-pair")
	create(t, c, issuer)
	until(t, c, issuer, issuerIs("ErrGetKeyPair"))
	secret := tlsSecret(ns, "ca-pair", certificateBy(t, "leaf", false, nil))
	create(t, c, secret)
	until(t, c, issuer, issuerIs("ErrInvalidKeyPair"))
	require.Equal(t, cmmeta.ConditionFalse, issuer.Status.Conditions[0].Status)
	change(t, c, secret, func(s *corev1.Secret) { s.Data = certificateBy(t, "root", true, nil) })
	until(t, c, issuer, issuerIs("KeyPairVerified"))
	require.Equal(t, cmmeta.ConditionTrue, issuer.Status.Conditions[0].Status)
	acme := &cmv1.Issuer{ObjectMeta: objectMeta(ns, "other")}
	create(t, c, acme)
	until(t, c, acme, issuerIs("Unsupported"))
}

func TestRequestIsSigned(t *testing.T) {
	c, ns := world(t)
	root := certificateBy(t, "root", true, nil)
	csr, _ := csrFor(t, wish())
	request := signingRequest(ns, "web", "ca", csr)
	create(t, c, request) // before its issuer: it waits
	until(t, c, request, requestIs(cmv1.CertificateRequestReasonPending))
	create(t, c, tlsSecret(ns, "ca-pair", root), caIssuer(ns, "ca", "ca-pair"))
	until(t, c, request, requestIs(cmv1.CertificateRequestReasonIssued))
	require.True(t, apiutil.CertificateRequestIsApproved(request))
	require.Equal(t, root[corev1.TLSCertKey], request.Status.CA)
	leaf := verified(t, request.Status.Certificate, request.Status.CA, x509.ExtKeyUsageServerAuth)[0]
	require.Equal(t, []string{"web.example.org"}, leaf.DNSNames)
}

func TestRequestIsRefused(t *testing.T) {
	c, ns := world(t)
	create(t, c, tlsSecret(ns, "ca-pair", certificateBy(t, "root", true, nil)), caIssuer(ns, "ca", "ca-pair"))
	bad := signingRequest(ns, "bad", "ca", []byte("not a request"))
	csr, _ := csrFor(t, wish())
	denied := signingRequest(ns, "denied", "ca", csr)
	denied.Annotations = map[string]string{DenyAnnotation: "not today"}
	create(t, c, bad, denied)
	until(t, c, bad, requestIs(cmv1.CertificateRequestReasonFailed))
	require.NotNil(t, bad.Status.FailureTime)
	until(t, c, denied, requestIs(cmv1.CertificateRequestReasonDenied))
	condition := apiutil.GetCertificateRequestCondition(denied, cmv1.CertificateRequestConditionDenied)
	require.Equal(t, "not today", condition.Message)
	require.Empty(t, denied.Status.Certificate)

	namespace := &corev1.Namespace{ObjectMeta: objectMeta("", ns)}
	change(t, c, namespace, func(n *corev1.Namespace) { n.Annotations = map[string]string{DenyAnnotation: "nobody here"} })
	late := signingRequest(ns, "late", "ca", csr)
	create(t, c, late)
	until(t, c, late, requestIs(cmv1.CertificateRequestReasonDenied))
}
