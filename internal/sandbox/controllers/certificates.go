package controllers

import (
	"context"
	"fmt"
	"time"

	apiutil "github.com/cert-manager/cert-manager/pkg/api/util"
	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"github.com/cert-manager/cert-manager/pkg/util/pki"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// retryFailed is how long a Certificate whose request failed waits before it asks again.
const retryFailed = time.Hour

// certificate brings the Secret of a Certificate up to date through a CertificateRequest.
func (a *authority) certificate(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	var c cmv1.Certificate
	if err := a.live.Get(ctx, req.NamespacedName, &c); err != nil || c.DeletionTimestamp != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	before := c.DeepCopy()
	var secret corev1.Secret
	key := client.ObjectKey{Namespace: c.Namespace, Name: c.Spec.SecretName}
	if err := a.live.Get(ctx, key, &secret); client.IgnoreNotFound(err) != nil {
		return reconcile.Result{}, err
	}
	current, err := a.requestAt(ctx, &c, ptr.Deref(c.Status.Revision, 0))
	if err != nil {
		return reconcile.Result{}, err
	}
	reason, message := a.outdated(&c, &secret, current)
	var result reconcile.Result
	if reason == "" {
		err = a.tidy(ctx, &c) // reads what upToDate clears
		result = a.upToDate(&c)
	} else {
		setReady(&c, cmmeta.ConditionFalse, reason, message)
		result, err = a.issue(ctx, &c, &secret, reason, message)
	}
	if err != nil {
		return reconcile.Result{}, err
	}
	return result, patchStatus(ctx, a.client, before, &c)
}

// outdated says why the Secret is not what the Certificate asks for, and notes the validity of
// the certificate in it; an empty reason means it is.
func (a *authority) outdated(c *cmv1.Certificate, secret *corev1.Secret,
	current *cmv1.CertificateRequest) (reason, message string) {
	if secret.ResourceVersion == "" {
		return "DoesNotExist", fmt.Sprintf("secret %q does not exist", c.Spec.SecretName)
	}
	pair, err := parseKeyPair(secret.Data)
	if err != nil {
		return "InvalidKeyPair", fmt.Sprintf("secret %q: %v", c.Spec.SecretName, err)
	}
	leaf := pair.chain[0]
	c.Status.NotBefore, c.Status.NotAfter = ptr.To(metav1.NewTime(leaf.NotBefore)), ptr.To(metav1.NewTime(leaf.NotAfter))
	c.Status.RenewalTime = pki.RenewalTime(leaf.NotBefore, leaf.NotAfter, c.Spec.RenewBefore, c.Spec.RenewBeforePercentage)
	if differs := pki.PrivateKeyMatchesSpec(pair.key, c.Spec); len(differs) > 0 {
		return "SecretMismatch", fmt.Sprintf("the private key differs from %v", differs)
	}
	for key, want := range issuerAnnotations(c) {
		if secret.Annotations[key] != want {
			return "IncorrectIssuer", fmt.Sprintf("secret %q is of %s %q", c.Spec.SecretName, key, secret.Annotations[key])
		}
	}
	var differs []string
	if current == nil {
		differs = pki.FuzzyX509AltNamesMatchSpec(leaf, c.Spec) //nolint:staticcheck // what cert-manager itself calls where no request is left
	} else if differs, err = pki.RequestMatchesSpec(current, c.Spec); err != nil {
		return "InvalidCertificateRequest", err.Error()
	}
	if len(differs) > 0 {
		return "RequestChanged", fmt.Sprintf("the certificate differs from %v", differs)
	}
	if now := a.clock.Now(); !now.Before(c.Status.RenewalTime.Time) {
		return "Renewing", "the certificate is due for renewal since " + c.Status.RenewalTime.Format(time.RFC3339)
	}
	return "", ""
}

// upToDate sets the conditions of a Certificate that needs nothing until its renewal.
func (a *authority) upToDate(c *cmv1.Certificate) reconcile.Result {
	setReady(c, cmmeta.ConditionTrue, "Ready", "certificate is up to date and not expired")
	apiutil.RemoveCertificateCondition(c, cmv1.CertificateConditionIssuing)
	c.Status.NextPrivateKeySecretName, c.Status.LastFailureTime, c.Status.FailedIssuanceAttempts = nil, nil, nil
	return reconcile.Result{RequeueAfter: c.Status.RenewalTime.Sub(a.clock.Now())}
}

// issue takes the next issuance one step further.
func (a *authority) issue(ctx context.Context, c *cmv1.Certificate, secret *corev1.Secret,
	reason, message string) (reconcile.Result, error) {
	next := ptr.Deref(c.Status.Revision, 0) + 1
	request, err := a.requestAt(ctx, c, next)
	if err != nil {
		return reconcile.Result{}, err
	}
	key, err := a.nextKey(ctx, c, secret)
	if err != nil {
		return reconcile.Result{}, err
	}
	if request != nil && !answers(request, key, c.Spec) {
		request, err = nil, a.client.Delete(ctx, request)
		if err != nil {
			return reconcile.Result{}, client.IgnoreNotFound(err)
		}
	}
	setIssuing(c, cmmeta.ConditionTrue, reason, message)
	if request == nil {
		return reconcile.Result{}, a.ask(ctx, c, key, next)
	}
	switch why := apiutil.CertificateRequestReadyReason(request); why {
	case cmv1.CertificateRequestReasonIssued:
		c.Status.Revision = &next
		// The Secret's own event brings the Certificate back here to become ready.
		return reconcile.Result{}, a.store(ctx, c, key, request)
	case cmv1.CertificateRequestReasonFailed, cmv1.CertificateRequestReasonDenied:
		return a.failed(ctx, c, request, why)
	}
	return reconcile.Result{}, nil
}

// failed records the request's failure, and removes it when it is time to ask again.
func (a *authority) failed(ctx context.Context, c *cmv1.Certificate, request *cmv1.CertificateRequest,
	why string) (reconcile.Result, error) {
	since := request.Status.FailureTime
	if wait := since.Add(retryFailed).Sub(a.clock.Now()); wait > 0 {
		if !since.Equal(c.Status.LastFailureTime) {
			c.Status.LastFailureTime = since
			c.Status.FailedIssuanceAttempts = ptr.To(ptr.Deref(c.Status.FailedIssuanceAttempts, 0) + 1)
		}
		ready := apiutil.GetCertificateRequestCondition(request, cmv1.CertificateRequestConditionReady)
		setIssuing(c, cmmeta.ConditionFalse, why, fmt.Sprintf("certificate request %s: %s", request.Name, ready.Message))
		return reconcile.Result{RequeueAfter: wait}, nil
	}
	return reconcile.Result{}, client.IgnoreNotFound(a.client.Delete(ctx, request))
}

func setReady(c *cmv1.Certificate, status cmmeta.ConditionStatus, reason, message string) {
	apiutil.SetCertificateCondition(c, c.Generation, cmv1.CertificateConditionReady, status, reason, message)
}

func setIssuing(c *cmv1.Certificate, status cmmeta.ConditionStatus, reason, message string) {
	apiutil.SetCertificateCondition(c, c.Generation, cmv1.CertificateConditionIssuing, status, reason, message)
}
