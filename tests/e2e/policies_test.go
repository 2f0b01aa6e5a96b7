package e2e_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Prometheus' pod, as policies see it.
const measures = "monitoring"

var measuring = labels.Set{"app.kubernetes.io/name": "prometheus"}

// shut says why Prometheus does not reach a port of a pod: the policies that are for the pod, none
// of which lets it in. A pod in its host's network is no policy's.
func shut(policies []networkingv1.NetworkPolicy, pod corev1.Pod, port int32) string {
	closed := []string{}
	for _, p := range policies {
		if p.Namespace != pod.Namespace || !matches(&p.Spec.PodSelector, pod.Labels) || !slices.Contains(p.Spec.PolicyTypes, networkingv1.PolicyTypeIngress) {
			continue
		}
		closed = append(closed, p.Name)
		for _, rule := range p.Spec.Ingress {
			if admits(p.Namespace, rule) && (len(rule.Ports) == 0 || slices.ContainsFunc(rule.Ports, func(o networkingv1.NetworkPolicyPort) bool {
				return o.Port == nil || o.Port.IntVal == port || o.Port.Type == intstr.String && named(pod, o.Port.StrVal) == port
			})) {
				return ""
			}
		}
	}
	if len(closed) == 0 || pod.Spec.HostNetwork {
		return ""
	}
	return fmt.Sprintf("pod %s/%s, port %d: closed to Prometheus by %v", pod.Namespace, pod.Name, port, closed)
}

// behind is shut for the pods of a Service, of which there must be some. A Service without a selector leads to
// what is not in a pod, or not a pod's own.
func behind(policies []networkingv1.NetworkPolicy, pods []corev1.Pod, s corev1.Service, target intstr.IntOrString) string {
	if len(s.Spec.Selector) == 0 {
		return ""
	}
	there := false
	for _, p := range pods {
		if p.Namespace != s.Namespace || !labels.SelectorFromSet(s.Spec.Selector).Matches(labels.Set(p.Labels)) {
			continue
		}
		there = true
		port := target.IntVal
		if target.Type == intstr.String {
			port = named(p, target.StrVal)
		}
		if why := shut(policies, p, port); why != "" {
			return why
		}
	}
	if !there {
		return fmt.Sprintf("Service %s/%s: no pod behind it", s.Namespace, s.Name)
	}
	return ""
}

func named(p corev1.Pod, name string) int32 { return endpoint{Port: name}.ofPod(p) }

func admits(namespace string, rule networkingv1.NetworkPolicyIngressRule) bool {
	return len(rule.From) == 0 || slices.ContainsFunc(rule.From, func(p networkingv1.NetworkPolicyPeer) bool {
		there := namespace == measures
		if p.NamespaceSelector != nil {
			there = matches(p.NamespaceSelector, labels.Set{"kubernetes.io/metadata.name": measures})
		}
		return there && p.IPBlock == nil && (p.PodSelector == nil || matches(p.PodSelector, measuring))
	})
}

func matches(s *metav1.LabelSelector, l map[string]string) bool {
	selector, err := metav1.LabelSelectorAsSelector(s)
	return err == nil && selector.Matches(labels.Set(l))
}

// TestShut: what the check above says of a pod with one policy.
func TestShut(t *testing.T) {
	pod := corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "p", Labels: map[string]string{"app": "a"}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Ports: []corev1.ContainerPort{{Name: "metrics", ContainerPort: 9100}}}}}}
	policy := func(rules ...networkingv1.NetworkPolicyIngressRule) []networkingv1.NetworkPolicy {
		return []networkingv1.NetworkPolicy{{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "deny"},
			Spec: networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}, Ingress: rules}}}
	}
	from := func(namespace string, port intstr.IntOrString) networkingv1.NetworkPolicyIngressRule {
		return networkingv1.NetworkPolicyIngressRule{Ports: []networkingv1.NetworkPolicyPort{{Port: &port}}, From: []networkingv1.NetworkPolicyPeer{{
			NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespace}}}}}
	}
	require.Empty(t, shut(nil, pod, 9100), "no policy at all")
	require.Equal(t, "pod shop/p, port 9100: closed to Prometheus by [deny]", shut(policy(), pod, 9100))
	require.Empty(t, shut(policy(from(measures, intstr.FromInt32(9100))), pod, 9100))
	require.Empty(t, shut(policy(from(measures, intstr.FromString("metrics"))), pod, 9100))
	require.NotEmpty(t, shut(policy(from(measures, intstr.FromInt32(80))), pod, 9100))
	require.NotEmpty(t, shut(policy(from("traefik", intstr.FromInt32(9100))), pod, 9100))
	service := corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "shop"}, Spec: corev1.ServiceSpec{Selector: map[string]string{"app": "a"}}}
	require.NotEmpty(t, behind(policy(), []corev1.Pod{pod}, service, intstr.FromString("metrics")))
	require.Empty(t, behind(policy(from(measures, intstr.FromInt32(9100))), []corev1.Pod{pod}, service, intstr.FromString("metrics")))
	service.Name = "a"
	require.Equal(t, "Service shop/a: no pod behind it", behind(nil, nil, service, intstr.FromString("metrics")))
	service.Spec.Selector = nil
	require.Empty(t, behind(nil, nil, service, intstr.FromString("metrics")), "its addresses are set by hand")
}
