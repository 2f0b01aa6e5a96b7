package controllers

import (
	"crypto/x509"
	"testing"
	"time"

	apiutil "github.com/cert-manager/cert-manager/pkg/api/util"
	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

func certificateFor(namespace, name, issuer string) *cmv1.Certificate {
	return &cmv1.Certificate{ObjectMeta: objectMeta(namespace, name), Spec: cmv1.CertificateSpec{
		SecretName: name + "-tls", DNSNames: []string{name + ".example.org"}, IPAddresses: []string{"192.0.2.1"},
		IssuerRef: cmmeta.ObjectReference{Name: issuer, Group: certManagerGroup},
	}}
}

func certificateReady(c *cmv1.Certificate) bool {
	return apiutil.CertificateHasConditionWithObservedGeneration(c, cmv1.CertificateCondition{
		Type: cmv1.CertificateConditionReady, Status: cmmeta.ConditionTrue, ObservedGeneration: c.Generation,
	})
}

func TestCertificateLife(t *testing.T) {
	c, ns := world(t)
	create(t, c, tlsSecret(ns, "ca-pair", certificateBy(t, "root", true, nil)), caIssuer(ns, "ca", "ca-pair"))
	certificate := certificateFor(ns, "web", "ca")
	create(t, c, certificate)
	until(t, c, certificate, certificateReady)
	require.Equal(t, 1, *certificate.Status.Revision)
	secret := &corev1.Secret{ObjectMeta: objectMeta(ns, "web-tls")}
	require.NoError(t, c.Get(t.Context(), client.ObjectKeyFromObject(secret), secret))
	require.Equal(t, corev1.SecretTypeTLS, secret.Type)
	first, err := parseKeyPair(secret.Data)
	require.NoError(t, err)
	leaf := verified(t, secret.Data[corev1.TLSCertKey], secret.Data[cmmeta.TLSCAKey], x509.ExtKeyUsageAny)[0]
	require.Equal(t, []string{"web.example.org"}, leaf.DNSNames)
	require.WithinDuration(t, leaf.NotAfter.Add(-30*24*time.Hour), certificate.Status.RenewalTime.Time, time.Second)

	// A change of its names is a new revision with a new key.
	change(t, c, certificate, func(c *cmv1.Certificate) { c.Spec.DNSNames = []string{"www.example.org"} })
	until(t, c, certificate, certificateReady)
	require.Equal(t, 2, *certificate.Status.Revision)
	require.NoError(t, c.Get(t.Context(), client.ObjectKeyFromObject(secret), secret))
	second, err := parseKeyPair(secret.Data)
	require.NoError(t, err)
	require.Equal(t, []string{"www.example.org"}, second.chain[0].DNSNames)
	require.NotEqual(t, first.key, second.key)
	gone(t, c, &cmv1.CertificateRequest{ObjectMeta: objectMeta(ns, "web-1")})
	gone(t, c, &corev1.Secret{ObjectMeta: objectMeta(ns, "web-next-key")})

	// A lost Secret comes back; a deleted Certificate leaves it.
	require.NoError(t, c.Delete(t.Context(), secret))
	until(t, c, secret, func(*corev1.Secret) bool { return true })
	require.NoError(t, c.Delete(t.Context(), certificate))
	gone(t, c, certificate)
	require.NoError(t, c.Get(t.Context(), client.ObjectKeyFromObject(secret), secret))
}

func TestSelfSignedAuthority(t *testing.T) {
	c, ns := world(t)
	self := &cmv1.Issuer{ObjectMeta: objectMeta(ns, "self"), Spec: cmv1.IssuerSpec{
		IssuerConfig: cmv1.IssuerConfig{SelfSigned: &cmv1.SelfSignedIssuer{}},
	}}
	root := certificateFor(ns, "root", "self")
	root.Spec.IsCA, root.Spec.CommonName = true, "root"
	root.Spec.PrivateKey = &cmv1.CertificatePrivateKey{
		Algorithm: cmv1.ECDSAKeyAlgorithm, Size: 256, RotationPolicy: cmv1.RotationPolicyNever,
	}
	leaf := certificateFor(ns, "leaf", "ca")
	create(t, c, leaf, root, self, caIssuer(ns, "ca", "root-tls")) // in the wrong order
	until(t, c, leaf, certificateReady)
	secret := &corev1.Secret{ObjectMeta: objectMeta(ns, "leaf-tls")}
	require.NoError(t, c.Get(t.Context(), client.ObjectKeyFromObject(secret), secret))
	verified(t, secret.Data[corev1.TLSCertKey], secret.Data[cmmeta.TLSCAKey], x509.ExtKeyUsageAny)
}

func TestCertificateOfARefusedRequest(t *testing.T) {
	c, ns := world(t)
	create(t, c, tlsSecret(ns, "ca-pair", certificateBy(t, "root", true, nil)), caIssuer(ns, "ca", "ca-pair"))
	namespace := &corev1.Namespace{ObjectMeta: objectMeta("", ns)}
	change(t, c, namespace, func(n *corev1.Namespace) { n.Annotations = map[string]string{DenyAnnotation: "nobody"} })
	certificate := certificateFor(ns, "web", "ca")
	create(t, c, certificate)
	until(t, c, certificate, func(c *cmv1.Certificate) bool {
		return apiutil.CertificateHasCondition(c, cmv1.CertificateCondition{
			Type: cmv1.CertificateConditionIssuing, Status: cmmeta.ConditionFalse,
		})
	})
	require.Equal(t, 1, *certificate.Status.FailedIssuanceAttempts)
	require.False(t, certificateReady(certificate))
}

// TestRenewal moves the clock, which only a fake API server allows.
func TestRenewal(t *testing.T) {
	ctx := t.Context()
	now := time.Now()
	clock := clocktesting.NewFakePassiveClock(now)
	certificate := certificateFor("ns", "web", "ca")
	certificate.Spec.Duration = &metav1.Duration{Duration: 48 * time.Hour}
	certificate.UID = "u"
	c := fake.NewClientBuilder().WithScheme(scheme).
		WithStatusSubresource(&cmv1.Certificate{}, &cmv1.CertificateRequest{}, &cmv1.Issuer{}).
		WithObjects(certificate, &corev1.Namespace{ObjectMeta: objectMeta("", "ns")},
			tlsSecret("ns", "ca-pair", certificateBy(t, "root", true, nil)), caIssuer("ns", "ca", "ca-pair")).Build()
	a := &authority{client: c, live: c, clock: clock}
	settle := func() reconcile.Result {
		var result reconcile.Result
		for range 6 { // more than the steps of one issuance
			_, err := a.issuer(ctx, reconcile.Request{NamespacedName: client.ObjectKey{Namespace: "ns", Name: "ca"}})
			require.NoError(t, err)
			var list cmv1.CertificateRequestList
			require.NoError(t, c.List(ctx, &list))
			for i := range list.Items {
				_, err := a.request(ctx, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
				require.NoError(t, err)
			}
			result, err = a.certificate(ctx, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(certificate)})
			require.NoError(t, err)
		}
		require.NoError(t, c.Get(ctx, client.ObjectKeyFromObject(certificate), certificate))
		return result
	}
	first := settle()
	require.True(t, certificateReady(certificate))
	require.Equal(t, 1, *certificate.Status.Revision)
	require.InDelta(t, (32 * time.Hour).Seconds(), first.RequeueAfter.Seconds(), 60) // two thirds of its life

	clock.SetTime(now.Add(first.RequeueAfter + time.Minute))
	_, err := a.certificate(ctx, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(certificate)})
	require.NoError(t, err)
	require.NoError(t, c.Get(ctx, client.ObjectKeyFromObject(certificate), certificate))
	issuing := apiutil.GetCertificateCondition(certificate, cmv1.CertificateConditionIssuing)
	require.Equal(t, "Renewing", issuing.Reason)
	require.NoError(t, c.Get(ctx, client.ObjectKey{Namespace: "ns", Name: "web-2"}, &cmv1.CertificateRequest{}))
}
