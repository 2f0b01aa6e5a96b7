package e2e_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
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

// monitorsFind: every endpoint of every monitor is a port of something that is there.
func (s *site) monitorsFind(t *testing.T) {
	var monitors struct{ Items []monitor }
	var pods corev1.PodList
	var services corev1.ServiceList
	for kind, into := range map[string]any{
		"servicemonitors.monitoring.coreos.com,podmonitors.monitoring.coreos.com": &monitors, "pods": &pods, "services": &services,
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
			found += in(pods.Items, m, selector, func(p corev1.Pod) bool { return e.ofPod(p) })
		}
		for _, e := range m.Spec.Endpoints {
			found += in(services.Items, m, selector, func(s corev1.Service) bool { return e.ofService(s) })
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

func (e endpoint) ofPod(p corev1.Pod) bool {
	for _, c := range p.Spec.Containers {
		for _, port := range c.Ports {
			if e.Port != "" && port.Name == e.Port || e.Number != 0 && port.ContainerPort == e.Number {
				return true
			}
		}
	}
	return false
}

func (e endpoint) ofService(s corev1.Service) bool {
	for _, port := range s.Spec.Ports {
		if port.Name == e.Port {
			return true
		}
	}
	return false
}
