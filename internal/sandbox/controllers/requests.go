package controllers

import (
	"context"
	"fmt"

	apiutil "github.com/cert-manager/cert-manager/pkg/api/util"
	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"github.com/cert-manager/cert-manager/pkg/util/pki"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// DenyAnnotation on a CertificateRequest or on its namespace has the sandbox's approver deny the
// request instead of approving it; its value becomes the condition's message.
const DenyAnnotation = "sandbox.streamforge.home/deny-certificates"

const certManagerGroup = "cert-manager.io"

// request takes a CertificateRequest one step further: approval, then signature.
func (a *authority) request(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	var request cmv1.CertificateRequest
	if err := a.client.Get(ctx, req.NamespacedName, &request); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	group := request.Spec.IssuerRef.Group
	if finished(&request) || group != "" && group != certManagerGroup {
		return reconcile.Result{}, nil
	}
	before := request.DeepCopy()
	switch {
	case apiutil.CertificateRequestIsDenied(&request):
		a.finish(&request, cmv1.CertificateRequestReasonDenied, "an approver denied the request")
	case !apiutil.CertificateRequestIsApproved(&request):
		if err := a.approve(ctx, &request); err != nil {
			return reconcile.Result{}, err
		}
	default:
		if err := a.sign(ctx, &request); err != nil {
			return reconcile.Result{}, err
		}
	}
	return reconcile.Result{}, patchStatus(ctx, a.client, before, &request)
}

// finished says whether nothing can happen to the request any more.
func finished(r *cmv1.CertificateRequest) bool {
	switch apiutil.CertificateRequestReadyReason(r) {
	case cmv1.CertificateRequestReasonIssued, cmv1.CertificateRequestReasonFailed,
		cmv1.CertificateRequestReasonDenied:
		return true
	}
	return false
}

// finish records that the request will never be signed.
func (a *authority) finish(r *cmv1.CertificateRequest, reason, message string) {
	now := metav1.NewTime(a.clock.Now())
	r.Status.FailureTime = &now
	apiutil.SetCertificateRequestCondition(r, cmv1.CertificateRequestConditionReady,
		cmmeta.ConditionFalse, reason, message)
}

// approve records the approver's decision.
func (a *authority) approve(ctx context.Context, r *cmv1.CertificateRequest) error {
	var namespace corev1.Namespace
	if err := a.client.Get(ctx, client.ObjectKey{Name: r.Namespace}, &namespace); err != nil {
		return client.IgnoreNotFound(err)
	}
	for _, o := range []client.Object{r, &namespace} {
		if why, denies := o.GetAnnotations()[DenyAnnotation]; denies {
			apiutil.SetCertificateRequestCondition(r, cmv1.CertificateRequestConditionDenied,
				cmmeta.ConditionTrue, "Policy", why)
			return nil
		}
	}
	apiutil.SetCertificateRequestCondition(r, cmv1.CertificateRequestConditionApproved,
		cmmeta.ConditionTrue, "cert-manager.io", "approved by the sandbox")
	return nil
}

// sign answers an approved request. A missing or unready issuer leaves it pending, a request that
// can never be signed fails.
func (a *authority) sign(ctx context.Context, r *cmv1.CertificateRequest) error {
	pending := func(format string, args ...any) {
		apiutil.SetCertificateRequestCondition(r, cmv1.CertificateRequestConditionReady, cmmeta.ConditionFalse,
			cmv1.CertificateRequestReasonPending, fmt.Sprintf(format, args...))
	}
	issuer, namespace, err := a.issuerOf(ctx, r)
	if apierrors.IsNotFound(err) {
		pending("issuer not found: %v", err)
		return nil
	}
	if err != nil {
		return err
	}
	ready := cmv1.IssuerCondition{Type: cmv1.IssuerConditionReady, Status: cmmeta.ConditionTrue}
	if !apiutil.IssuerHasCondition(issuer, ready) {
		pending("issuer %s is not ready", r.Spec.IssuerRef.Name)
		return nil
	}
	var bundle pki.PEMBundle
	if ca := issuer.GetSpec().CA; ca != nil {
		pair, pairErr := a.keyPair(ctx, namespace, ca.SecretName)
		if pairErr != nil {
			pending("%v", pairErr)
			return nil
		}
		bundle, err = signWith(pair, r)
	} else {
		var key corev1.Secret
		name := r.Annotations[cmv1.CertificateRequestPrivateKeyAnnotationKey]
		if keyErr := a.live.Get(ctx, client.ObjectKey{Namespace: r.Namespace, Name: name}, &key); keyErr != nil {
			pending("private key in secret %q, named by annotation %s: %v",
				name, cmv1.CertificateRequestPrivateKeyAnnotationKey, keyErr)
			return nil
		}
		bundle, err = signSelf(key.Data[corev1.TLSPrivateKeyKey], r)
	}
	if err != nil {
		a.finish(r, cmv1.CertificateRequestReasonFailed, err.Error())
		return nil
	}
	r.Status.Certificate, r.Status.CA = bundle.ChainPEM, bundle.CAPEM
	apiutil.SetCertificateRequestCondition(r, cmv1.CertificateRequestConditionReady, cmmeta.ConditionTrue,
		cmv1.CertificateRequestReasonIssued, "certificate issued")
	return nil
}

// issuerOf gives the request's issuer and the namespace of that issuer's Secret.
func (a *authority) issuerOf(ctx context.Context,
	r *cmv1.CertificateRequest) (issuer cmv1.GenericIssuer, namespace string, err error) {
	ref := r.Spec.IssuerRef
	if apiutil.IssuerKind(ref) == cmv1.ClusterIssuerKind {
		issuer = &cmv1.ClusterIssuer{}
		return issuer, clusterSecrets, a.client.Get(ctx, client.ObjectKey{Name: ref.Name}, issuer)
	}
	issuer = &cmv1.Issuer{}
	return issuer, r.Namespace, a.client.Get(ctx, client.ObjectKey{Namespace: r.Namespace, Name: ref.Name}, issuer)
}
