package controllers

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// poolSpec is the part of an IPAddressPool's spec that decides about addresses. Selectors of
// serviceAllocation are not among it.
type poolSpec struct {
	Addresses         []string `json:"addresses"`
	AutoAssign        *bool    `json:"autoAssign"`
	AvoidBuggyIPs     bool     `json:"avoidBuggyIPs"`
	ServiceAllocation struct {
		Priority   int64    `json:"priority"`
		Namespaces []string `json:"namespaces"`
	} `json:"serviceAllocation"`
}

// pools reads all IPAddressPools. One that does not parse, which the real webhook would have
// refused, gets a warning and gives nothing.
func (b *balancer) pools(ctx context.Context) ([]pool, error) {
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(poolObject().GroupVersionKind())
	if err := b.live.List(ctx, list); err != nil {
		return nil, err
	}
	var pools []pool
	for i := range list.Items {
		p, err := parsePool(&list.Items[i])
		if err != nil {
			b.events.Eventf(&list.Items[i], corev1.EventTypeWarning, "InvalidPool", "pool is ignored: %v", err)
			continue
		}
		pools = append(pools, p)
	}
	return pools, nil
}

func parsePool(o *unstructured.Unstructured) (pool, error) {
	content, _, err := unstructured.NestedMap(o.Object, "spec")
	if err != nil {
		return pool{}, err
	}
	var spec poolSpec
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(content, &spec); err != nil {
		return pool{}, fmt.Errorf("spec: %w", err)
	}
	p := pool{
		name: o.GetName(), autoAssign: spec.AutoAssign == nil || *spec.AutoAssign, avoidBuggy: spec.AvoidBuggyIPs,
		priority: spec.ServiceAllocation.Priority, namespaces: spec.ServiceAllocation.Namespaces,
	}
	for _, text := range spec.Addresses {
		s, err := parseSpan(text)
		if err != nil {
			return pool{}, err
		}
		p.spans = append(p.spans, s)
	}
	return p, nil
}
