package controllers

import (
	"context"
	"time"

	cmv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"
	gwv1alpha2 "sigs.k8s.io/gateway-api/apis/v1alpha2"
	gwv1beta1 "sigs.k8s.io/gateway-api/apis/v1beta1"
)

// scheme knows every type the operators use.
var scheme = func() *runtime.Scheme {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		clientgoscheme.AddToScheme, apiextensionsv1.AddToScheme, cmv1.AddToScheme,
		gwv1.Install, gwv1alpha2.Install, gwv1beta1.Install,
	} {
		utilruntime.Must(add(s))
	}
	return s
}()

// everything enqueues one request whatever happened, for an operator that computes the state of
// all its objects from all of them. What happens within a moment is one request: a deployment is
// thousands of events.
var everything = handler.Funcs{
	CreateFunc:  func(_ context.Context, _ event.CreateEvent, q queue) { soon(q) },
	UpdateFunc:  func(_ context.Context, _ event.UpdateEvent, q queue) { soon(q) },
	DeleteFunc:  func(_ context.Context, _ event.DeleteEvent, q queue) { soon(q) },
	GenericFunc: func(_ context.Context, _ event.GenericEvent, q queue) { soon(q) },
}

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

func soon(q queue) { q.AddAfter(reconcile.Request{}, 25*time.Millisecond) }

// steady lets a reconciler that met a change, somebody else's or one of its own that its view does not
// show yet, look again instead of failing.
func steady(f reconcile.Func) reconcile.Func {
	return func(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
		result, err := f(ctx, req)
		if apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) {
			return reconcile.Result{RequeueAfter: 50 * time.Millisecond}, nil
		}
		return result, err
	}
}

// patchStatus writes what now differs from before in the status, and nothing if they are equal. It
// fails with a conflict if somebody else changed the object meanwhile.
func patchStatus(ctx context.Context, c client.Client, before, now client.Object) error {
	if equality.Semantic.DeepEqual(before, now) {
		return nil
	}
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	return client.IgnoreNotFound(c.Status().Patch(ctx, now, patch))
}

// patch writes what now differs from before outside of the status, by the same rules as
// [patchStatus].
func patch(ctx context.Context, c client.Client, before, now client.Object) error {
	if equality.Semantic.DeepEqual(before, now) {
		return nil
	}
	change := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	return client.IgnoreNotFound(c.Patch(ctx, now, change))
}
