package controllers

import (
	"context"

	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// certManager stands in for cert-manager's controller with its own types and cryptography: issuers
// of type ca and selfSigned, requests, and certificates with their Secrets and renewal.
var certManager = operator{
	name: "cert-manager",
	needs: []string{
		"issuers.cert-manager.io", "clusterissuers.cert-manager.io",
		"certificaterequests.cert-manager.io", "certificates.cert-manager.io",
	},
	setup: func(mgr ctrl.Manager) error {
		a := &authority{client: mgr.GetClient(), live: mgr.GetAPIReader(), clock: clock.RealClock{}}
		for _, add := range []func(ctrl.Manager) error{a.watchIssuers, a.watchRequests, a.watchCertificates} {
			if err := add(mgr); err != nil {
				return err
			}
		}
		return nil
	},
}

// clusterSecrets is the namespace in which ClusterIssuers find their Secrets.
const clusterSecrets = "cert-manager"

type authority struct {
	client client.Client
	live   client.Reader // for decisions that a view behind the authority's own writes would repeat
	clock  clock.PassiveClock
}

func (a *authority) watchIssuers(mgr ctrl.Manager) error {
	cluster := ctrl.NewControllerManagedBy(mgr).Named("clusterissuers").For(&cmv1.ClusterIssuer{}).
		Watches(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(a.clusterIssuersUsing))
	if err := cluster.Complete(steady(a.clusterIssuer)); err != nil {
		return err
	}
	return ctrl.NewControllerManagedBy(mgr).Named("issuers").For(&cmv1.Issuer{}).
		Watches(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(a.issuersUsing)).
		Complete(steady(a.issuer))
}

func (a *authority) watchRequests(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).Named("certificaterequests").For(&cmv1.CertificateRequest{}).
		Watches(&cmv1.Issuer{}, handler.EnqueueRequestsFromMapFunc(a.requestsOf)).
		Watches(&cmv1.ClusterIssuer{}, handler.EnqueueRequestsFromMapFunc(a.requestsOf)).
		Complete(steady(a.request))
}

func (a *authority) watchCertificates(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).Named("certificates").For(&cmv1.Certificate{}).
		Owns(&cmv1.CertificateRequest{}).
		Watches(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(a.certificatesIn)).
		Complete(steady(a.certificate))
}

// clusterIssuersUsing maps a Secret to the ClusterIssuers that sign with it.
func (a *authority) clusterIssuersUsing(ctx context.Context, secret client.Object) []reconcile.Request {
	var issuers cmv1.ClusterIssuerList
	if secret.GetNamespace() != clusterSecrets || a.client.List(ctx, &issuers) != nil {
		return nil
	}
	return requests(issuers.Items, func(i cmv1.ClusterIssuer) bool {
		return i.Spec.CA != nil && i.Spec.CA.SecretName == secret.GetName()
	})
}

// issuersUsing maps a Secret to the Issuers that sign with it.
func (a *authority) issuersUsing(ctx context.Context, secret client.Object) []reconcile.Request {
	var issuers cmv1.IssuerList
	if a.client.List(ctx, &issuers, client.InNamespace(secret.GetNamespace())) != nil {
		return nil
	}
	return requests(issuers.Items, func(i cmv1.Issuer) bool {
		return i.Spec.CA != nil && i.Spec.CA.SecretName == secret.GetName()
	})
}

// requestsOf maps an issuer to the requests it may now answer.
func (a *authority) requestsOf(ctx context.Context, issuer client.Object) []reconcile.Request {
	var list cmv1.CertificateRequestList
	if a.client.List(ctx, &list, client.InNamespace(issuer.GetNamespace())) != nil {
		return nil
	}
	return requests(list.Items, func(r cmv1.CertificateRequest) bool {
		return r.Spec.IssuerRef.Name == issuer.GetName()
	})
}

// certificatesIn maps a Secret to the Certificates kept in it.
func (a *authority) certificatesIn(ctx context.Context, secret client.Object) []reconcile.Request {
	var list cmv1.CertificateList
	if a.client.List(ctx, &list, client.InNamespace(secret.GetNamespace())) != nil {
		return nil
	}
	return requests(list.Items, func(c cmv1.Certificate) bool {
		return c.Spec.SecretName == secret.GetName()
	})
}

// requests names those of the objects that match.
func requests[T any, P interface {
	*T
	client.Object
}](objects []T, match func(T) bool) []reconcile.Request {
	var named []reconcile.Request
	for i := range objects {
		if match(objects[i]) {
			named = append(named, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(P(&objects[i]))})
		}
	}
	return named
}
