package controllers

import (
	"context"
	"errors"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// keda stands in for KEDA's operator: it says of every ScaledObject whether the real one could
// scale it. It scales nothing.
var keda = operator{
	name:  "keda",
	needs: []string{"scaledobjects.keda.sh", "triggerauthentications.keda.sh"},
	setup: func(mgr ctrl.Manager) error {
		k := &kedaOperator{client: mgr.GetClient()}
		builder := ctrl.NewControllerManagedBy(mgr).Named("keda")
		for _, watched := range []client.Object{
			kedaObject("ScaledObject"), kedaObject("TriggerAuthentication"), &appsv1.Deployment{}, &corev1.Secret{},
		} {
			builder = builder.Watches(watched, everything)
		}
		return builder.Complete(steady(k.reconcile))
	},
}

type kedaOperator struct{ client client.Client }

func kedaObject(kind string) *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	o.SetAPIVersion("keda.sh/v1alpha1")
	o.SetKind(kind)
	return o
}

func (k *kedaOperator) reconcile(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
	list := &unstructured.UnstructuredList{}
	list.SetAPIVersion("keda.sh/v1alpha1")
	list.SetKind("ScaledObjectList")
	if err := k.client.List(ctx, list); err != nil {
		return reconcile.Result{}, err
	}
	var errs []error
	for i := range list.Items {
		o := &list.Items[i]
		problem, err := k.problem(ctx, o)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		ready := condition("Ready", true, "ScaledObjectReady", "ScaledObject is defined correctly and is ready for scaling")
		if problem != "" {
			ready = condition("Ready", false, "ScaledObjectCheckFailed", problem)
		}
		errs = append(errs, report(ctx, k.client, o, ready, condition("Active", false, "ScalerNotActive", "nothing waits")))
	}
	return reconcile.Result{}, errors.Join(errs...)
}

// problem says what keeps a ScaledObject from working; empty means nothing.
func (k *kedaOperator) problem(ctx context.Context, o *unstructured.Unstructured) (string, error) {
	missing := func(what client.Object, name string) (string, error) {
		err := k.client.Get(ctx, client.ObjectKey{Namespace: o.GetNamespace(), Name: name}, what)
		if apierrors.IsNotFound(err) {
			return fmt.Sprintf("%s %s does not exist", kindOf(what), name), nil
		}
		return "", err
	}
	if problem, err := missing(&appsv1.Deployment{}, text(o, "spec", "scaleTargetRef", "name")); problem != "" || err != nil {
		return problem, err
	}
	triggers, _ := field(o, "spec", "triggers").([]any)
	for _, raw := range triggers {
		trigger := &unstructured.Unstructured{Object: raw.(map[string]any)}
		authentication := kedaObject("TriggerAuthentication")
		if problem, err := missing(authentication, text(trigger, "authenticationRef", "name")); problem != "" || err != nil {
			return problem, err
		}
		targets, _ := field(authentication, "spec", "secretTargetRef").([]any)
		for _, t := range targets {
			ref := &unstructured.Unstructured{Object: t.(map[string]any)}
			var secret corev1.Secret
			if problem, err := missing(&secret, text(ref, "name")); problem != "" || err != nil {
				return problem, err
			}
			if len(secret.Data[text(ref, "key")]) == 0 {
				return fmt.Sprintf("secret %s has no key %s", secret.Name, text(ref, "key")), nil
			}
		}
	}
	return "", nil
}
