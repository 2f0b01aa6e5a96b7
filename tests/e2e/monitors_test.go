package e2e_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
)

// unplayed monitors are of pods or Services that the sandbox's controllers do not make.
var unplayed = map[string]bool{
	"arangodb": true, "kafka": true, "strimzi-entities": true, "linstor-controller": true, "linstor-satellite": true,
}

// monitor is what both kinds of monitors say of their targets.
type monitor struct {
	Metadata metav1.ObjectMeta
	Spec     struct {
		Selector  metav1.LabelSelector
		Endpoints []endpoint `json:"endpoints"`
		Pods      []endpoint `json:"podMetricsEndpoints"`
	}
}

type endpoint struct {
	Port   string
	Number int32 `json:"portNumber"`
}

// monitorsFind: every endpoint of every monitor is a port of something that is there, and policies
// let Prometheus reach it.
func (s *site) monitorsFind(t *testing.T) {
	var monitors struct{ Items []monitor }
	var pods corev1.PodList
	var services corev1.ServiceList
	var policies networkingv1.NetworkPolicyList
	for kind, into := range map[string]any{
		"servicemonitors.monitoring.coreos.com,podmonitors.monitoring.coreos.com": &monitors, "pods": &pods, "services": &services,
		"networkpolicies": &policies,
	} {
		require.NoError(t, json.Unmarshal([]byte(s.kubectl("get", kind, "-A", "-o", "json")), into))
	}
	require.Greater(t, len(monitors.Items), 20)
	for _, m := range monitors.Items {
		if unplayed[m.Metadata.Name] {
			continue
		}
		assert.Empty(t, m.blind(pods.Items, services.Items, policies.Items), "monitor %s/%s", m.Metadata.Namespace, m.Metadata.Name)
	}
}

// blind says of each endpoint what keeps it from being read: nothing has the port, or policies are in the way.
func (m monitor) blind(pods []corev1.Pod, services []corev1.Service, policies []networkingv1.NetworkPolicy) (why []string) {
	look := func(e endpoint, closed []string) {
		if closed == nil {
			closed = []string{fmt.Sprintf("port %s: nothing has it", cmp.Or(e.Port, strconv.Itoa(int(e.Number))))}
		}
		why = append(why, slices.DeleteFunc(closed, func(text string) bool { return text == "" })...)
	}
	for _, e := range m.Spec.Pods {
		var closed []string // a text for each pod, empty for one that is open
		for _, p := range selected(pods, m) {
			if port := e.ofPod(p); port != 0 {
				closed = append(closed, shut(policies, p, port))
			}
		}
		look(e, closed)
	}
	for _, e := range m.Spec.Endpoints {
		var closed []string
		for _, s := range selected(services, m) {
			if target := e.ofService(s); target != nil {
				closed = append(closed, behind(policies, pods, s, *target))
			}
		}
		look(e, closed)
	}
	return why
}

// selected are the objects that m selects.
func selected[T any](all []T, m monitor) (found []T) {
	for _, o := range all {
		meta := any(&o).(metav1.Object)
		if meta.GetNamespace() == m.Metadata.Namespace && matches(&m.Spec.Selector, meta.GetLabels()) {
			found = append(found, o)
		}
	}
	return found
}

// TestBlind: an endpoint that finds nothing is not made good by another that finds two.
func TestBlind(t *testing.T) {
	pod := func(name string) corev1.Pod {
		return corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name, Labels: map[string]string{"app": "a"}},
			Spec: corev1.PodSpec{Containers: []corev1.Container{{Ports: []corev1.ContainerPort{{Name: "metrics", ContainerPort: 9100}}}}}}
	}
	service := corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "a", Labels: map[string]string{"app": "a"}},
		Spec: corev1.ServiceSpec{Selector: map[string]string{"app": "a"}, Ports: []corev1.ServicePort{{Name: "metrics", TargetPort: intstr.FromString("metrics")}}}}
	var m monitor
	m.Metadata.Namespace, m.Spec.Selector.MatchLabels = "shop", map[string]string{"app": "a"}
	pods, services := []corev1.Pod{pod("a-0"), pod("a-1")}, []corev1.Service{service}

	m.Spec.Pods = []endpoint{{Port: "metrics"}, {Port: "admin"}}
	require.Equal(t, []string{"port admin: nothing has it"}, m.blind(pods, services, nil))
	m.Spec.Pods, m.Spec.Endpoints = nil, []endpoint{{Port: "metrics"}}
	require.Empty(t, m.blind(pods, services, nil))
	require.Equal(t, []string{"Service shop/a: no pod behind it"}, m.blind(nil, services, nil))
	m.Spec.Selector.MatchLabels["app"] = "b"
	require.Equal(t, []string{"port metrics: nothing has it"}, m.blind(pods, services, nil))
}

// ofPod is the number of the pod's port, 0 when it has none of that kind.
func (e endpoint) ofPod(p corev1.Pod) int32 {
	for _, c := range p.Spec.Containers {
		for _, port := range c.Ports {
			if e.Port != "" && port.Name == e.Port || e.Number != 0 && port.ContainerPort == e.Number {
				return port.ContainerPort
			}
		}
	}
	return 0
}

// ofService is where the Service's port leads, nil when it has none of that name.
func (e endpoint) ofService(s corev1.Service) *intstr.IntOrString {
	for _, port := range s.Spec.Ports {
		if port.Name == e.Port && port.TargetPort.String() == "0" {
			return ptr.To(intstr.FromInt32(port.Port))
		} else if port.Name == e.Port {
			return &port.TargetPort
		}
	}
	return nil
}
