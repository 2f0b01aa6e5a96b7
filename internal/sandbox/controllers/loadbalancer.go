package controllers

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/record"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// loadBalancer stands in for MetalLB's controller: Services of type LoadBalancer get their address
// from IPAddressPools by the same annotations.
var loadBalancer = operator{
	name:  "loadbalancer",
	needs: []string{"ipaddresspools.metallb.io"},
	setup: func(mgr ctrl.Manager) error {
		b := &balancer{
			client: mgr.GetClient(), live: mgr.GetAPIReader(), events: mgr.GetEventRecorderFor("metallb-controller"),
		}
		return ctrl.NewControllerManagedBy(mgr).Named("loadbalancer").
			Watches(&corev1.Service{}, everything).Watches(poolObject(), everything).
			Complete(steady(b.reconcile))
	},
}

// The annotations of MetalLB, which still honours those of its former domain.
const (
	addressesAnnotation = "/loadBalancerIPs"
	poolAnnotation      = "/address-pool"
	sharingAnnotation   = "/allow-shared-ip"
	fromPoolAnnotation  = "metallb.io/ip-allocated-from-pool"
)

var annotationDomains = []string{"metallb.io", "metallb.universe.tf"}

func poolObject() *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	o.SetGroupVersionKind(schema.GroupVersionKind{Group: "metallb.io", Version: "v1beta1", Kind: "IPAddressPool"})
	return o
}

type balancer struct {
	client client.Client
	live   client.Reader // never behind the balancer's own writes: an address is given once
	events record.EventRecorder
}

// reconcile gives every Service what it is due. Services that have an address come first.
func (b *balancer) reconcile(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
	var services corev1.ServiceList
	if err := b.live.List(ctx, &services); err != nil {
		return reconcile.Result{}, err
	}
	pools, err := b.pools(ctx)
	if err != nil {
		return reconcile.Result{}, err
	}
	slices.SortStableFunc(services.Items, func(x, y corev1.Service) int {
		return len(y.Status.LoadBalancer.Ingress) - len(x.Status.LoadBalancer.Ingress)
	})
	claimants := make([]claimant, len(services.Items))
	for i := range services.Items {
		claimants[i] = claimantOf(&services.Items[i])
	}
	var errs []error
	for i := range services.Items {
		others := slices.Concat(claimants[:i], claimants[i+1:])
		given, err := b.serve(ctx, &services.Items[i], pools, others, claimants[i])
		claimants[i].has = given
		errs = append(errs, err)
	}
	return reconcile.Result{}, errors.Join(errs...)
}

// serve writes the Service's address and gives it.
func (b *balancer) serve(ctx context.Context, s *corev1.Service, pools []pool,
	others []claimant, c claimant) ([]netip.Addr, error) {
	before := s.DeepCopy()
	if s.Spec.Type != corev1.ServiceTypeLoadBalancer {
		s.Status.LoadBalancer = corev1.LoadBalancerStatus{}
		return nil, patchStatus(ctx, b.client, before, s)
	}
	if s.Spec.LoadBalancerClass != nil || s.DeletionTimestamp != nil {
		return c.has, nil // somebody else's, or going
	}
	wants, err := wantedAddresses(s)
	c.wants = wants
	var ips []netip.Addr
	var from string
	if err == nil {
		ips, from, err = allocate(pools, others, c)
	}
	if err != nil {
		b.events.Eventf(s, corev1.EventTypeWarning, "AllocationFailed", "no address for %q: %v", c, err)
		s.Status.LoadBalancer = corev1.LoadBalancerStatus{}
		return nil, patchStatus(ctx, b.client, before, s)
	}
	if slices.Equal(ips, c.has) {
		return ips, nil
	}
	if s.Annotations[fromPoolAnnotation] != from {
		noted := s.DeepCopy()
		if noted.Annotations == nil {
			noted.Annotations = map[string]string{}
		}
		noted.Annotations[fromPoolAnnotation] = from
		if err := b.client.Patch(ctx, noted, client.MergeFrom(s)); err != nil {
			return c.has, client.IgnoreNotFound(err)
		}
		s, before = noted, noted.DeepCopy()
	}
	s.Status.LoadBalancer = corev1.LoadBalancerStatus{}
	for _, ip := range ips {
		s.Status.LoadBalancer.Ingress = append(s.Status.LoadBalancer.Ingress, corev1.LoadBalancerIngress{IP: ip.String()})
	}
	if err := patchStatus(ctx, b.client, before, s); err != nil {
		return c.has, err
	}
	b.events.Eventf(s, corev1.EventTypeNormal, "IPAllocated", "address %v of pool %q", ips, from)
	return ips, nil
}

// claimantOf reads a Service; wants is left for serve, which reports what is wrong with it.
func claimantOf(s *corev1.Service) claimant {
	c := claimant{
		name: s.Name, namespace: s.Namespace,
		pool: annotation(s, poolAnnotation), sharing: annotation(s, sharingAnnotation),
		six: slices.Equal(s.Spec.IPFamilies, []corev1.IPFamily{corev1.IPv6Protocol}),
	}
	if s.Spec.ExternalTrafficPolicy == corev1.ServiceExternalTrafficPolicyLocal {
		c.backend = fmt.Sprint(s.Spec.Selector)
	}
	for _, p := range s.Spec.Ports {
		c.ports = append(c.ports, fmt.Sprintf("%s/%d", p.Protocol, p.Port))
	}
	if s.Spec.Type == corev1.ServiceTypeLoadBalancer {
		for _, ingress := range s.Status.LoadBalancer.Ingress {
			if a, err := netip.ParseAddr(ingress.IP); err == nil {
				c.has = append(c.has, a)
			}
		}
	}
	return c
}

// annotation reads MetalLB's annotation of that name, in its present or former domain.
func annotation(s *corev1.Service, name string) string {
	for _, domain := range annotationDomains {
		if v := s.Annotations[domain+name]; v != "" {
			return v
		}
	}
	return ""
}

// wantedAddresses gives the addresses a Service names.
func wantedAddresses(s *corev1.Service) ([]netip.Addr, error) {
	text := annotation(s, addressesAnnotation)
	if text != "" && s.Spec.LoadBalancerIP != "" {
		return nil, fmt.Errorf("it has both the annotation %s%s and spec.loadBalancerIP",
			annotationDomains[0], addressesAnnotation)
	}
	if text == "" {
		text = s.Spec.LoadBalancerIP
	}
	if text == "" {
		return nil, nil
	}
	var wants []netip.Addr
	for part := range strings.SplitSeq(text, ",") {
		a, err := netip.ParseAddr(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("%q is not an address", part)
		}
		wants = append(wants, a)
	}
	return wants, nil
}
