package controllers

import (
	"context"
	"crypto"
	"encoding/pem"
	"fmt"
	"maps"
	"slices"
	"strings"

	apiutil "github.com/cert-manager/cert-manager/pkg/api/util"
	certmanagerv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"github.com/cert-manager/cert-manager/pkg/util/pki"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

// nextKey is the private key of a certificate that is being issued, kept in a Secret of its own
// until then.
type nextKey struct {
	secret string
	signer crypto.Signer
	pem    []byte
}

// nextKey gives the Certificate's next key: the present one where the rotation policy says so and
// it fits, otherwise a new one.
func (a *authority) nextKey(ctx context.Context, c *certmanagerv1.Certificate, present *corev1.Secret) (nextKey, error) {
	name := apiutil.DNSSafeShortenTo52Characters(c.Name) + "-next-key"
	c.Status.NextPrivateKeySecretName = &name
	var secret corev1.Secret
	err := a.live.Get(ctx, client.ObjectKey{Namespace: c.Namespace, Name: name}, &secret)
	if client.IgnoreNotFound(err) != nil {
		return nextKey{}, err
	}
	if err == nil {
		encoded := secret.Data[corev1.TLSPrivateKeyKey]
		if signer, err := pki.DecodePrivateKeyBytes(encoded); err == nil && len(pki.PrivateKeyMatchesSpec(signer, c.Spec)) == 0 {
			return nextKey{secret: name, signer: signer, pem: encoded}, nil
		}
		if err := a.client.Delete(ctx, &secret); err != nil {
			return nextKey{}, client.IgnoreNotFound(err)
		}
	}
	signer, encoded, err := chooseKey(c, present)
	if err != nil {
		return nextKey{}, fmt.Errorf("certificate %s/%s: private key: %w", c.Namespace, c.Name, err)
	}
	secret = corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: c.Namespace, Name: name,
			Labels: map[string]string{certmanagerv1.IsNextPrivateKeySecretLabelKey: "true"},
		},
		Data: map[string][]byte{corev1.TLSPrivateKeyKey: encoded},
	}
	if err := controllerutil.SetControllerReference(c, &secret, scheme); err != nil {
		return nextKey{}, err
	}
	return nextKey{secret: name, signer: signer, pem: encoded}, a.client.Create(ctx, &secret)
}

func chooseKey(c *certmanagerv1.Certificate, present *corev1.Secret) (crypto.Signer, []byte, error) {
	settings := ptr.Deref(c.Spec.PrivateKey, certmanagerv1.CertificatePrivateKey{})
	if settings.RotationPolicy == certmanagerv1.RotationPolicyNever {
		encoded := present.Data[corev1.TLSPrivateKeyKey]
		if signer, err := pki.DecodePrivateKeyBytes(encoded); err == nil && len(pki.PrivateKeyMatchesSpec(signer, c.Spec)) == 0 {
			return signer, encoded, nil
		}
	}
	signer, err := pki.GeneratePrivateKeyForCertificate(c)
	if err != nil {
		return nil, nil, err
	}
	encoded, err := pki.EncodePrivateKey(signer, settings.Encoding)
	return signer, encoded, err
}

// answers says whether the request is that of this key and these wishes.
func answers(r *certmanagerv1.CertificateRequest, key nextKey, spec certmanagerv1.CertificateSpec) bool {
	csr, err := pki.DecodeX509CertificateRequestBytes(r.Spec.Request)
	if err != nil {
		return false
	}
	same, err := pki.PublicKeyMatchesCSR(key.signer.Public(), csr)
	if err != nil || !same {
		return false
	}
	differs, err := pki.RequestMatchesSpec(r, spec)
	return err == nil && len(differs) == 0
}

// store writes the issued certificate and its key into the Certificate's Secret. The Secret
// outlives the Certificate, as upstream.
func (a *authority) store(ctx context.Context, c *certmanagerv1.Certificate, key nextKey, r *certmanagerv1.CertificateRequest) error {
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: c.Namespace, Name: c.Spec.SecretName}}
	_, err := controllerutil.CreateOrUpdate(ctx, a.client, secret, func() error {
		if secret.ResourceVersion == "" {
			secret.Type = corev1.SecretTypeTLS
		}
		if secret.Data == nil {
			secret.Data = map[string][]byte{}
		}
		secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey] = r.Status.Certificate, key.pem
		secret.Data[cmmeta.TLSCAKey] = r.Status.CA
		template := ptr.Deref(c.Spec.SecretTemplate, certmanagerv1.CertificateSecretTemplate{})
		for _, labels := range []map[string]string{template.Labels, {certmanagerv1.PartOfCertManagerControllerLabelKey: "true"}} {
			secret.Labels = merged(secret.Labels, labels)
		}
		for _, annotations := range []map[string]string{template.Annotations, issuerAnnotations(c), nameAnnotations(c)} {
			secret.Annotations = merged(secret.Annotations, annotations)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("certificate %s/%s: secret %s: %w", c.Namespace, c.Name, c.Spec.SecretName, err)
	}
	return nil
}

func issuerAnnotations(c *certmanagerv1.Certificate) map[string]string {
	return map[string]string{
		certmanagerv1.IssuerNameAnnotationKey:  c.Spec.IssuerRef.Name,
		certmanagerv1.IssuerKindAnnotationKey:  apiutil.IssuerKind(c.Spec.IssuerRef),
		certmanagerv1.IssuerGroupAnnotationKey: c.Spec.IssuerRef.Group,
	}
}

func nameAnnotations(c *certmanagerv1.Certificate) map[string]string {
	return map[string]string{
		certmanagerv1.CertificateNameKey:      c.Name,
		certmanagerv1.CommonNameAnnotationKey: c.Spec.CommonName,
		certmanagerv1.AltNamesAnnotationKey:   strings.Join(c.Spec.DNSNames, ","),
		certmanagerv1.IPSANAnnotationKey:      strings.Join(c.Spec.IPAddresses, ","),
		certmanagerv1.URISANAnnotationKey:     strings.Join(c.Spec.URIs, ","),
	}
}

func merged(into, from map[string]string) map[string]string {
	if into == nil {
		into = map[string]string{}
	}
	maps.Copy(into, from)
	return into
}

// requestName names the request of that revision.
func requestName(c *certmanagerv1.Certificate, revision int) string {
	return fmt.Sprintf("%s-%d", apiutil.DNSSafeShortenTo52Characters(c.Name), revision)
}

// requestAt gives the Certificate's request of that revision, nil if there is none.
func (a *authority) requestAt(ctx context.Context, c *certmanagerv1.Certificate, revision int) (*certmanagerv1.CertificateRequest, error) {
	var r certmanagerv1.CertificateRequest
	err := a.live.Get(ctx, client.ObjectKey{Namespace: c.Namespace, Name: requestName(c, revision)}, &r)
	if apierrors.IsNotFound(err) || err == nil && !metav1.IsControlledBy(&r, c) {
		return nil, nil
	}
	return &r, err
}

// tidy removes the temporary key and all requests but the latest.
func (a *authority) tidy(ctx context.Context, c *certmanagerv1.Certificate) error {
	if name := ptr.Deref(c.Status.NextPrivateKeySecretName, ""); name != "" {
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: c.Namespace, Name: name}}
		if err := a.client.Delete(ctx, secret); client.IgnoreNotFound(err) != nil {
			return err
		}
	}
	var list certmanagerv1.CertificateRequestList
	if err := a.client.List(ctx, &list, client.InNamespace(c.Namespace)); err != nil {
		return err
	}
	latest := requestName(c, ptr.Deref(c.Status.Revision, 0))
	old := slices.DeleteFunc(list.Items, func(r certmanagerv1.CertificateRequest) bool {
		return r.Name == latest || !metav1.IsControlledBy(&r, c)
	})
	for i := range old {
		if err := a.client.Delete(ctx, &old[i]); client.IgnoreNotFound(err) != nil {
			return err
		}
	}
	return nil
}

func pemCSR(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
}
