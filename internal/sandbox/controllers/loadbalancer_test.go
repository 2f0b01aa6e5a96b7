package controllers

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func addressPool(namespace, name string, autoAssign bool, addresses ...any) *unstructured.Unstructured {
	o := poolObject()
	o.SetNamespace(namespace)
	o.SetName(name)
	o.Object["spec"] = map[string]any{"addresses": addresses, "autoAssign": autoAssign}
	return o
}

func balanced(namespace, name string, annotations map[string]string) *corev1.Service {
	s := &corev1.Service{
		ObjectMeta: objectMeta(namespace, name),
		Spec: corev1.ServiceSpec{
			Type: corev1.ServiceTypeLoadBalancer, Selector: map[string]string{"app": name},
			Ports: []corev1.ServicePort{{Name: "http", Port: 80}},
		},
	}
	s.Annotations = annotations
	return s
}

func address(s *corev1.Service) string {
	if len(s.Status.LoadBalancer.Ingress) == 0 {
		return ""
	}
	return s.Status.LoadBalancer.Ingress[0].IP
}

func TestServicesGetAddresses(t *testing.T) {
	c, ns := world(t)
	create(t, c, addressPool(ns, "ingress", false, "203.0.113.100/32"), addressPool(ns, "lan", true, "203.0.113.1-203.0.113.2"),
		addressPool(ns, "broken", true, "203.0.113.300/32"))
	named := balanced(ns, "named", map[string]string{"metallb.io/loadBalancerIPs": "203.0.113.100"})
	pooled := balanced(ns, "pooled", map[string]string{"metallb.io/address-pool": "lan"})
	create(t, c, named)
	until(t, c, named, func(s *corev1.Service) bool { return address(s) == "203.0.113.100" })
	require.Equal(t, "ingress", named.Annotations[fromPoolAnnotation])
	require.Contains(t, hasEvent(t, c, ns, "broken", "InvalidPool"), `addresses "203.0.113.300/32"`)
	create(t, c, pooled)
	until(t, c, pooled, func(s *corev1.Service) bool { return address(s) == "203.0.113.1" })

	// The only address is taken: the second stays pending and says so, until the first goes.
	rival := balanced(ns, "rival", map[string]string{"metallb.universe.tf/loadBalancerIPs": "203.0.113.100"})
	create(t, c, rival)
	require.Contains(t, hasEvent(t, c, ns, "rival", "AllocationFailed"), "203.0.113.100 is in use by "+ns+"/named")
	until(t, c, rival, func(s *corev1.Service) bool { return address(s) == "" })
	require.NoError(t, c.Delete(t.Context(), named))
	until(t, c, rival, func(s *corev1.Service) bool { return address(s) == "203.0.113.100" })

	// A Service that is no load balancer any more gives its address back.
	change(t, c, rival, func(s *corev1.Service) { s.Spec.Type = corev1.ServiceTypeClusterIP })
	until(t, c, rival, func(s *corev1.Service) bool { return address(s) == "" && s.Annotations[fromPoolAnnotation] == "" })
}

func TestServicesShareAnAddress(t *testing.T) {
	c, ns := world(t)
	create(t, c, addressPool(ns, "dns", false, "203.0.113.53/32"))
	wish := map[string]string{"metallb.io/loadBalancerIPs": "203.0.113.53", "metallb.io/allow-shared-ip": "dns"}
	tcp, udp := balanced(ns, "tcp", wish), balanced(ns, "udp", wish)
	udp.Spec.Ports[0].Protocol = corev1.ProtocolUDP
	create(t, c, tcp, udp)
	for _, s := range []*corev1.Service{tcp, udp} {
		until(t, c, s, func(s *corev1.Service) bool { return address(s) == "203.0.113.53" })
	}
}

func TestPoolMayComeLater(t *testing.T) {
	c, ns := world(t)
	early := balanced(ns, "early", map[string]string{"metallb.io/address-pool": "late"})
	create(t, c, addressPool(ns, "other", false, "203.0.113.78/32"), early)
	require.Contains(t, hasEvent(t, c, ns, "early", "AllocationFailed"), `unknown pool "late"`)
	create(t, c, addressPool(ns, "late", false, "203.0.113.77/32"))
	until(t, c, early, func(s *corev1.Service) bool { return address(s) == "203.0.113.77" })
}

func TestContradictingWishes(t *testing.T) {
	c, ns := world(t)
	create(t, c, addressPool(ns, "wishes", false, "203.0.113.80-203.0.113.90"))
	torn := balanced(ns, "torn", map[string]string{"metallb.io/loadBalancerIPs": "203.0.113.80"})
	torn.Spec.LoadBalancerIP = "203.0.113.81"
	garbled := balanced(ns, "garbled", map[string]string{"metallb.io/loadBalancerIPs": "203.0.113"})
	create(t, c, torn, garbled)
	require.Contains(t, hasEvent(t, c, ns, "torn", "AllocationFailed"), "it has both the annotation metallb.io/loadBalancerIPs and spec.loadBalancerIP")
	require.Contains(t, hasEvent(t, c, ns, "garbled", "AllocationFailed"), `"203.0.113" is not an address`)
}
