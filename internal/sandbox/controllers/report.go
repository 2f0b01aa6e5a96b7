package controllers

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// report makes the conditions of an object without a Go type exactly these, and writes nothing if
// they are already.
func report(ctx context.Context, c client.Client, o *unstructured.Unstructured, conditions ...metav1.Condition) error {
	before := o.DeepCopy()
	var status struct {
		Conditions []metav1.Condition `json:"conditions"`
	}
	raw, found, err := unstructured.NestedMap(o.Object, "status")
	if err == nil && found {
		err = runtime.DefaultUnstructuredConverter.FromUnstructured(raw, &status)
	}
	if err != nil {
		return fmt.Errorf("%s %s: status: %w", o.GetKind(), o.GetName(), err)
	}
	setConditions(&status.Conditions, o.GetGeneration(), conditions...)
	list := make([]any, len(status.Conditions))
	for i := range status.Conditions {
		if list[i], err = runtime.DefaultUnstructuredConverter.ToUnstructured(&status.Conditions[i]); err != nil {
			return fmt.Errorf("%s %s: condition: %w", o.GetKind(), o.GetName(), err)
		}
	}
	if err := unstructured.SetNestedSlice(o.Object, list, "status", "conditions"); err != nil {
		return fmt.Errorf("%s %s: status: %w", o.GetKind(), o.GetName(), err)
	}
	return patchStatus(ctx, c, before, o)
}
