package controllers

import (
	"context"
	"crypto"
	"fmt"
	"maps"
	"strings"

	apiutil "github.com/cert-manager/cert-manager/pkg/api/util"
	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"github.com/cert-manager/cert-manager/pkg/util/pki"
	corev1 "k8s.io/api/core/v1"
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
func (a *authority) nextKey(ctx context.Context, c *cmv1.Certificate,
	present *corev1.Secret) (nextKey, error) {
	name := apiutil.DNSSafeShortenTo52Characters(c.Name) + "-next-key"
	c.Status.NextPrivateKeySecretName = &name
	var secret corev1.Secret
	err := a.live.Get(ctx, client.ObjectKey{Namespace: c.Namespace, Name: name}, &secret)
	if client.IgnoreNotFound(err) != nil {
		return nextKey{}, err
	}
	if err == nil {
		encoded := secret.Data[corev1.TLSPrivateKeyKey]
		if signer := fittingKey(encoded, c); signer != nil {
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
			Labels: map[string]string{cmv1.IsNextPrivateKeySecretLabelKey: "true"},
		},
		Data: map[string][]byte{corev1.TLSPrivateKeyKey: encoded},
	}
	if err := controllerutil.SetControllerReference(c, &secret, scheme); err != nil {
		return nextKey{}, err
	}
	return nextKey{secret: name, signer: signer, pem: encoded}, a.client.Create(ctx, &secret)
}

func chooseKey(c *cmv1.Certificate, present *corev1.Secret) (crypto.Signer, []byte, error) {
	settings := ptr.Deref(c.Spec.PrivateKey, cmv1.CertificatePrivateKey{})
	if settings.RotationPolicy == cmv1.RotationPolicyNever {
		encoded := present.Data[corev1.TLSPrivateKeyKey]
		if signer := fittingKey(encoded, c); signer != nil {
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

// fittingKey reads a key that is of the kind the Certificate asks for, nil if it is not.
func fittingKey(encoded []byte, c *cmv1.Certificate) crypto.Signer {
	signer, err := pki.DecodePrivateKeyBytes(encoded)
	if err != nil || len(pki.PrivateKeyMatchesSpec(signer, c.Spec)) > 0 {
		return nil
	}
	return signer
}

// store writes the issued certificate and its key into the Certificate's Secret. The Secret
// outlives the Certificate, as upstream.
func (a *authority) store(ctx context.Context, c *cmv1.Certificate, key nextKey,
	r *cmv1.CertificateRequest) error {
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
		template := ptr.Deref(c.Spec.SecretTemplate, cmv1.CertificateSecretTemplate{})
		own := map[string]string{cmv1.PartOfCertManagerControllerLabelKey: "true"}
		secret.Labels = merged(secret.Labels, template.Labels, own)
		secret.Annotations = merged(secret.Annotations, template.Annotations, issuerAnnotations(c), nameAnnotations(c))
		return nil
	})
	if err != nil {
		return fmt.Errorf("certificate %s/%s: secret %s: %w", c.Namespace, c.Name, c.Spec.SecretName, err)
	}
	return nil
}

func issuerAnnotations(c *cmv1.Certificate) map[string]string {
	return map[string]string{
		cmv1.IssuerNameAnnotationKey:  c.Spec.IssuerRef.Name,
		cmv1.IssuerKindAnnotationKey:  apiutil.IssuerKind(c.Spec.IssuerRef),
		cmv1.IssuerGroupAnnotationKey: c.Spec.IssuerRef.Group,
	}
}

func nameAnnotations(c *cmv1.Certificate) map[string]string {
	return map[string]string{
		cmv1.CertificateNameKey:      c.Name,
		cmv1.CommonNameAnnotationKey: c.Spec.CommonName,
		cmv1.AltNamesAnnotationKey:   strings.Join(c.Spec.DNSNames, ","),
		cmv1.IPSANAnnotationKey:      strings.Join(c.Spec.IPAddresses, ","),
		cmv1.URISANAnnotationKey:     strings.Join(c.Spec.URIs, ","),
	}
}

// merged adds the entries of the others to into, which may be nil.
func merged(into map[string]string, others ...map[string]string) map[string]string {
	if into == nil {
		into = map[string]string{}
	}
	for _, from := range others {
		maps.Copy(into, from)
	}
	return into
}
