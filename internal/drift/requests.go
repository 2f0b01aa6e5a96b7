package drift

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
)

// resource finds how objects of a kind are addressed. The namespace is the object's, or fallback, or
// none for kinds that have none.
func (c *cluster) resource(o *unstructured.Unstructured, fallback string) (dynamic.ResourceInterface, string, error) {
	gvk := o.GroupVersionKind()
	m, err := c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if err != nil {
		return nil, "", err
	}
	if m.Scope.Name() == meta.RESTScopeNameRoot {
		return c.dynamic.Resource(m.Resource), "", nil
	}
	ns := o.GetNamespace()
	if ns == "" {
		ns = fallback
	}
	if ns == "" {
		ns = metav1.NamespaceDefault
	}
	return c.dynamic.Resource(m.Resource).Namespace(ns), ns, nil
}

// live gives the object as it is now in the version in which it is expected, nil when there is none.
func (c *cluster) live(ctx context.Context, at dynamic.ResourceInterface, o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	found := c.all[keyOf(o)]
	if found == nil || found.GetAPIVersion() == o.GetAPIVersion() {
		return found, nil
	}
	other, err := at.Get(ctx, o.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return other, err
}

// applied asks the server what the object would be if the expected one were applied to it.
func (c *cluster) applied(ctx context.Context, at dynamic.ResourceInterface, o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	return at.Apply(ctx, o.GetName(), o, metav1.ApplyOptions{FieldManager: auditor, Force: true, DryRun: []string{metav1.DryRunAll}})
}
