package controllers

import (
	"context"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
)

// views is what an operator sees of the cluster. Kinds of its definitions are in a cache of its own, which
// ends with it. Kubernetes' own kinds, which are always served and which nearly every operator watches, are in
// one that all of them share: each watch is work for the API server at each event.
type views struct {
	cache.Cache
	shared cache.Cache
}

// newShared gives the cache of Kubernetes' own kinds. Helm's records, Secrets of whole releases, are no
// operator's business.
func newShared(c *rest.Config) (cache.Cache, error) {
	return cache.New(c, cache.Options{Scheme: scheme, ByObject: map[client.Object]cache.ByObject{
		&corev1.Secret{}: {Field: fields.OneTermNotEqualSelector("type", "helm.sh/release.v1")},
	}})
}

// over gives what makes an operator's views for its manager.
func over(shared cache.Cache) cache.NewCacheFunc {
	return func(c *rest.Config, o cache.Options) (cache.Cache, error) {
		own, err := cache.New(c, o)
		return views{own, shared}, err
	}
}

// of gives the cache that a kind is in; objects without a Go type are in the operator's own.
func (v views) of(o runtime.Object) cache.Cache {
	gvk, err := apiutil.GVKForObject(o, scheme)
	if _, untyped := o.(runtime.Unstructured); err != nil || untyped {
		return v.Cache
	}
	return v.ofKind(gvk)
}

func (v views) ofKind(gvk schema.GroupVersionKind) cache.Cache {
	gvk.Kind = strings.TrimSuffix(gvk.Kind, "List")
	if clientgoscheme.Scheme.Recognizes(gvk) {
		return v.shared
	}
	return v.Cache
}

// Get reads from the kind's cache.
func (v views) Get(ctx context.Context, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
	return v.of(o).Get(ctx, key, o, opts...)
}

// List reads from the kind's cache.
func (v views) List(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error {
	return v.of(list).List(ctx, list, opts...)
}

// GetInformer gives the informer of the kind's cache.
func (v views) GetInformer(ctx context.Context, o client.Object, opts ...cache.InformerGetOption) (cache.Informer, error) {
	return v.of(o).GetInformer(ctx, o, opts...)
}

// GetInformerForKind gives the informer of the kind's cache.
func (v views) GetInformerForKind(ctx context.Context, gvk schema.GroupVersionKind, opts ...cache.InformerGetOption) (cache.Informer, error) {
	return v.ofKind(gvk).GetInformerForKind(ctx, gvk, opts...)
}

// WaitForCacheSync waits for both caches.
func (v views) WaitForCacheSync(ctx context.Context) bool {
	return v.shared.WaitForCacheSync(ctx) && v.Cache.WaitForCacheSync(ctx)
}
