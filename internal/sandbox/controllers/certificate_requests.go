package controllers

import (
	"context"
	"encoding/pem"
	"fmt"
	"slices"
	"strconv"

	apiutil "github.com/cert-manager/cert-manager/pkg/api/util"
	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"github.com/cert-manager/cert-manager/pkg/util/pki"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

// ask creates the request of that revision.
func (a *authority) ask(ctx context.Context, c *cmv1.Certificate, key nextKey, revision int) error {
	csr, err := pki.GenerateCSR(c)
	if err != nil {
		setIssuing(c, cmmeta.ConditionFalse, "InvalidSpec", err.Error())
		return nil
	}
	encoded, err := pki.EncodeCSR(csr, key.signer)
	if err != nil {
		return fmt.Errorf("certificate %s/%s: %w", c.Namespace, c.Name, err)
	}
	request := &cmv1.CertificateRequest{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: c.Namespace, Name: requestName(c, revision),
			Annotations: map[string]string{
				cmv1.CertificateNameKey:                        c.Name,
				cmv1.CertificateRequestRevisionAnnotationKey:   strconv.Itoa(revision),
				cmv1.CertificateRequestPrivateKeyAnnotationKey: key.secret,
			},
		},
		Spec: cmv1.CertificateRequestSpec{
			Request: pemCSR(encoded), IssuerRef: c.Spec.IssuerRef, Duration: c.Spec.Duration,
			IsCA: c.Spec.IsCA, Usages: c.Spec.Usages,
		},
	}
	if err := controllerutil.SetControllerReference(c, request, scheme); err != nil {
		return err
	}
	return client.IgnoreAlreadyExists(a.client.Create(ctx, request))
}

// answers says whether the request is that of this key and these wishes.
func answers(r *cmv1.CertificateRequest, key nextKey, spec cmv1.CertificateSpec) bool {
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

// requestName names the request of that revision.
func requestName(c *cmv1.Certificate, revision int) string {
	return fmt.Sprintf("%s-%d", apiutil.DNSSafeShortenTo52Characters(c.Name), revision)
}

// requestAt gives the Certificate's request of that revision, nil if there is none.
func (a *authority) requestAt(ctx context.Context, c *cmv1.Certificate,
	revision int) (*cmv1.CertificateRequest, error) {
	var r cmv1.CertificateRequest
	err := a.live.Get(ctx, client.ObjectKey{Namespace: c.Namespace, Name: requestName(c, revision)}, &r)
	if apierrors.IsNotFound(err) || err == nil && !metav1.IsControlledBy(&r, c) {
		return nil, nil
	}
	return &r, err
}

// tidy removes the temporary key and all requests but the latest.
func (a *authority) tidy(ctx context.Context, c *cmv1.Certificate) error {
	if name := ptr.Deref(c.Status.NextPrivateKeySecretName, ""); name != "" {
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: c.Namespace, Name: name}}
		if err := a.client.Delete(ctx, secret); client.IgnoreNotFound(err) != nil {
			return err
		}
	}
	var list cmv1.CertificateRequestList
	if err := a.client.List(ctx, &list, client.InNamespace(c.Namespace)); err != nil {
		return err
	}
	latest := requestName(c, ptr.Deref(c.Status.Revision, 0))
	old := slices.DeleteFunc(list.Items, func(r cmv1.CertificateRequest) bool {
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
