package controllers

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"

	apiutil "github.com/cert-manager/cert-manager/pkg/api/util"
	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"github.com/cert-manager/cert-manager/pkg/util/pki"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

func (a *authority) clusterIssuer(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	var issuer cmv1.ClusterIssuer
	if err := a.client.Get(ctx, req.NamespacedName, &issuer); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	return reconcile.Result{}, a.checkIssuer(ctx, &issuer, issuer.DeepCopy(), clusterSecrets)
}

func (a *authority) issuer(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	var issuer cmv1.Issuer
	if err := a.client.Get(ctx, req.NamespacedName, &issuer); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	return reconcile.Result{}, a.checkIssuer(ctx, &issuer, issuer.DeepCopy(), issuer.Namespace)
}

// checkIssuer sets the Ready condition of an issuer whose Secret is in that namespace.
func (a *authority) checkIssuer(ctx context.Context, issuer, before cmv1.GenericIssuer,
	namespace string) error {
	status, reason, message := cmmeta.ConditionTrue, "IsReady", "signs with the requester's key"
	spec := issuer.GetSpec()
	switch {
	case spec.CA != nil:
		reason, message = "KeyPairVerified", "signs with the key pair of Secret "+spec.CA.SecretName
		if _, err := a.keyPair(ctx, namespace, spec.CA.SecretName); err != nil {
			status, message = cmmeta.ConditionFalse, err.Error()
			reason = "ErrGetKeyPair"
			if errors.Is(err, errNotCA) {
				reason = "ErrInvalidKeyPair"
			}
		}
	case spec.SelfSigned == nil:
		status, reason = cmmeta.ConditionFalse, "Unsupported"
		message = "the sandbox has issuers of type ca and selfSigned only"
	}
	apiutil.SetIssuerCondition(issuer, issuer.GetGeneration(), cmv1.IssuerConditionReady, status, reason, message)
	return patchStatus(ctx, a.client, before, issuer)
}

// keyPair is a certificate with the chain above it, and its key.
type keyPair struct {
	chain []*x509.Certificate // leaf first
	key   crypto.Signer
}

var errNotCA = errors.New("the certificate is not that of a certificate authority")

// keyPair reads a certificate authority's key pair and checks that it can sign.
func (a *authority) keyPair(ctx context.Context, namespace, name string) (keyPair, error) {
	var secret corev1.Secret
	if err := a.client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, &secret); err != nil {
		return keyPair{}, fmt.Errorf("key pair of the issuer: %w", err)
	}
	pair, err := parseKeyPair(secret.Data)
	if err != nil {
		return keyPair{}, fmt.Errorf("key pair of the issuer in secret %s/%s: %w", namespace, name, err)
	}
	if !pair.chain[0].IsCA {
		return keyPair{}, fmt.Errorf("key pair of the issuer in secret %s/%s: %w", namespace, name, errNotCA)
	}
	return pair, nil
}

// parseKeyPair reads the data of a Secret of type kubernetes.io/tls; the key must belong to the
// first certificate.
func parseKeyPair(data map[string][]byte) (keyPair, error) {
	chain, err := pki.DecodeX509CertificateChainBytes(data[corev1.TLSCertKey])
	if err != nil {
		return keyPair{}, fmt.Errorf("%s: %w", corev1.TLSCertKey, err)
	}
	key, err := pki.DecodePrivateKeyBytes(data[corev1.TLSPrivateKeyKey])
	if err != nil {
		return keyPair{}, fmt.Errorf("%s: %w", corev1.TLSPrivateKeyKey, err)
	}
	same, err := pki.PublicKeyMatchesCertificate(key.Public(), chain[0])
	if err != nil {
		return keyPair{}, err
	}
	if !same {
		return keyPair{}, fmt.Errorf("%s does not belong to %s", corev1.TLSPrivateKeyKey, corev1.TLSCertKey)
	}
	return keyPair{chain: chain, key: key}, nil
}
