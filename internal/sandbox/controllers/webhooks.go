package controllers

import (
	"context"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// webhooks keeps the API usable although nothing answers behind a Service: kwok's pods are ready
// and run no program. Real charts bring webhooks, converters and API servers that would be such
// pods; each of them would make the API server refuse what the platform declares. What they would
// have checked, filled in or served is therefore not part of the sandbox.
var webhooks = operator{
	name: "webhooks",
	setup: func(mgr ctrl.Manager) error {
		w := &unanswered{client: mgr.GetClient()}
		for _, c := range []struct {
			name    string
			watched client.Object
			f       reconcile.Func
		}{
			{"validating-webhooks", &admissionv1.ValidatingWebhookConfiguration{}, w.validating},
			{"mutating-webhooks", &admissionv1.MutatingWebhookConfiguration{}, w.mutating},
			{"converters", &apiextensionsv1.CustomResourceDefinition{}, w.converter},
			{"api-services", apiService(), w.apiService},
		} {
			if err := ctrl.NewControllerManagedBy(mgr).Named(c.name).For(c.watched).Complete(steady(c.f)); err != nil {
				return err
			}
		}
		return nil
	},
}

type unanswered struct{ client client.Client }

func apiService() *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	o.SetAPIVersion("apiregistration.k8s.io/v1")
	o.SetKind("APIService")
	return o
}

// ignored gives the policy of a webhook that may not answer.
func ignored(to admissionv1.WebhookClientConfig, policy *admissionv1.FailurePolicyType) *admissionv1.FailurePolicyType {
	if to.Service == nil {
		return policy
	}
	ignore := admissionv1.Ignore
	return &ignore
}

func (w *unanswered) validating(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	var now admissionv1.ValidatingWebhookConfiguration
	if err := w.client.Get(ctx, req.NamespacedName, &now); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	before := now.DeepCopy()
	for i := range now.Webhooks {
		hook := &now.Webhooks[i]
		hook.FailurePolicy = ignored(hook.ClientConfig, hook.FailurePolicy)
	}
	return reconcile.Result{}, patch(ctx, w.client, before, &now)
}

func (w *unanswered) mutating(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	var now admissionv1.MutatingWebhookConfiguration
	if err := w.client.Get(ctx, req.NamespacedName, &now); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	before := now.DeepCopy()
	for i := range now.Webhooks {
		hook := &now.Webhooks[i]
		hook.FailurePolicy = ignored(hook.ClientConfig, hook.FailurePolicy)
	}
	return reconcile.Result{}, patch(ctx, w.client, before, &now)
}

// converter lets a definition's versions differ in name only. The patch is written by hand because
// the cached definition lacks its schemas.
func (w *unanswered) converter(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	var now apiextensionsv1.CustomResourceDefinition
	if err := w.client.Get(ctx, req.NamespacedName, &now); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	c := now.Spec.Conversion
	if c == nil || c.Webhook == nil || c.Webhook.ClientConfig == nil || c.Webhook.ClientConfig.Service == nil {
		return reconcile.Result{}, nil
	}
	none := client.RawPatch(types.MergePatchType, []byte(`{"spec":{"conversion":{"strategy":"None","webhook":null}}}`))
	return reconcile.Result{}, client.IgnoreNotFound(w.client.Patch(ctx, &now, none))
}

// apiService removes an APIService that hands on to a Service: while one does not answer, every
// discovery of the whole API is incomplete, and no deleted namespace goes. To take only the Service
// away is not enough, the API server goes on calling the group's discovery stale.
func (w *unanswered) apiService(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	now := apiService()
	if err := w.client.Get(ctx, req.NamespacedName, now); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if field(now, "spec", "service") == nil {
		return reconcile.Result{}, nil
	}
	return reconcile.Result{}, client.IgnoreNotFound(w.client.Delete(ctx, now))
}
