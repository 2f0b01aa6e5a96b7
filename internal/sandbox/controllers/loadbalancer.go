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
	if s.Spec.Type != corev1.ServiceTypeLoadBalancer {
		return nil, b.write(ctx, s, nil, "")
	}
	if s.Spec.LoadBalancerClass != nil || s.DeletionTimestamp != nil {
		return c.has, nil // somebody else's, or going
	}
	if len(pools) == 0 {
		return nil, b.write(ctx, s, nil, "") // not configured yet: nothing to complain about
	}
	var given []netip.Addr
	var from string
	wants, err := wantedAddresses(s)
	if c.wants = wants; err == nil {
		given, from, err = allocate(pools, others, c)
	}
	if err != nil {
		b.events.Eventf(s, corev1.EventTypeWarning, "AllocationFailed", "no address for %q: %v", c, err)
		return nil, b.write(ctx, s, nil, "")
	}
	if err := b.write(ctx, s, given, from); err != nil {
		return c.has, err
	}
	if !slices.Equal(given, c.has) {
		b.events.Eventf(s, corev1.EventTypeNormal, "IPAllocated", "address %v of pool %q", given, from)
	}
	return given, nil
}

// write makes the Service have these addresses of that pool. The annotation goes first: whoever
// waits for the address then reads a Service that changes no more.
func (b *balancer) write(ctx context.Context, s *corev1.Service, given []netip.Addr, from string) error {
	if s.Annotations[fromPoolAnnotation] != from {
		before := s.DeepCopy()
		delete(s.Annotations, fromPoolAnnotation)
		if from != "" {
			s.Annotations = merged(s.Annotations, map[string]string{fromPoolAnnotation: from})
		}
		if err := b.client.Patch(ctx, s, client.MergeFrom(before)); err != nil {
			return client.IgnoreNotFound(err)
		}
	}
	before := s.DeepCopy()
	ingress := s.Status.LoadBalancer.Ingress
	if same := slices.EqualFunc(given, ingress, func(a netip.Addr, i corev1.LoadBalancerIngress) bool {
		return a.String() == i.IP
	}); same {
		return nil
	}
	s.Status.LoadBalancer = corev1.LoadBalancerStatus{}
	for _, ip := range given {
		s.Status.LoadBalancer.Ingress = append(s.Status.LoadBalancer.Ingress, corev1.LoadBalancerIngress{IP: ip.String()})
	}
	return patchStatus(ctx, b.client, before, s)
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
