package e2e_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
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
		selector, err := metav1.LabelSelectorAsSelector(&m.Spec.Selector)
		require.NoError(t, err)
		found := 0
		for _, e := range m.Spec.Pods {
			found += in(pods.Items, m, selector, func(p corev1.Pod) bool {
				port := e.ofPod(p)
				return port != 0 && assert.Empty(t, shut(policies.Items, p, port), "monitor %s", m.Metadata.Name)
			})
		}
		for _, e := range m.Spec.Endpoints {
			found += in(services.Items, m, selector, func(s corev1.Service) bool {
				target := e.ofService(s)
				return target != nil && assert.Empty(t, behind(policies.Items, pods.Items, s, *target), "monitor %s", m.Metadata.Name)
			})
		}
		require.GreaterOrEqual(t, found, len(m.Spec.Pods)+len(m.Spec.Endpoints), "monitor %s/%s finds nothing", m.Metadata.Namespace, m.Metadata.Name)
	}
}

// in counts the objects that m selects and that have the port.
func in[T any](all []T, m monitor, selector labels.Selector, has func(T) bool) (found int) {
	for _, o := range all {
		meta := any(&o).(metav1.Object)
		if meta.GetNamespace() == m.Metadata.Namespace && selector.Matches(labels.Set(meta.GetLabels())) && has(o) {
			found++
		}
	}
	return found
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
