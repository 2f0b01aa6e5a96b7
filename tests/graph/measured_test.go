package graph_test

import (
	"fmt"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/streamforge/infrastructure/infra/observability/monitoring"
)

// scraper are the labels of Prometheus' pod and of its namespace.
var scraper = struct{ pod, namespace labels.Set }{
	labels.Set{"app.kubernetes.io/name": "prometheus"}, labels.Set{"kubernetes.io/metadata.name": monitoring.Namespace},
}

// scrape is what a monitor says of those it watches.
type scrape struct {
	Metadata metav1.ObjectMeta
	Spec     struct {
		Selector  metav1.LabelSelector
		Endpoints []struct {
			Number int32 `json:"portNumber"` // 0 when the port has a name, which only the pod itself knows
		} `json:"podMetricsEndpoints"`
	}
	services bool // the selector's labels are those of Services: of the pods nothing is known
}

// measurable: Prometheus reaches whatever a monitor is for. Which pods a chart makes is not known
// here, so that a policy counts for those whose labels it may select; with the pods themselves the
// sandbox's own test decides.
func measurable(g *Graph) (broken []string) {
	policies := map[string][]networkingv1.NetworkPolicy{}
	for _, r := range g.All {
		var p networkingv1.NetworkPolicy
		if r.Type == policyType && decodeInto(r, &p) == nil {
			policies[p.Namespace] = append(policies[p.Namespace], p)
		}
	}
	for _, r := range g.All {
		m := scrape{services: kindOf(r) == "ServiceMonitor"}
		if !m.services && kindOf(r) != "PodMonitor" {
			continue
		}
		if err := decodeInto(r, &m); err != nil {
			broken = append(broken, fmt.Sprintf("%s: %v", r.URN, err))
			continue
		}
		if why := m.hindered(policies[m.Metadata.Namespace]); why != "" {
			broken = append(broken, fmt.Sprintf("%s: %s; let monitoring.Peers() in", r.URN, why))
		}
	}
	return broken
}

// hindered says why none of the policies of its namespace lets Prometheus in. Without a policy for
// the pods everybody is let in.
func (m scrape) hindered(policies []networkingv1.NetworkPolicy) string {
	closed, ports := false, map[int32]bool{}
	for _, e := range m.Spec.Endpoints {
		ports[e.Number] = true
	}
	if len(ports) == 0 {
		ports[0] = true
	}
	for _, p := range policies {
		selected, sure := m.selected(p.Spec.PodSelector.MatchLabels)
		closed = closed || sure && slices.Contains(p.Spec.PolicyTypes, networkingv1.PolicyTypeIngress)
		for _, rule := range p.Spec.Ingress {
			for port := range ports {
				if selected && letsIn(p.Namespace, rule) && opens(rule, port) {
					delete(ports, port)
				}
			}
		}
	}
	if !closed || len(ports) == 0 {
		return ""
	}
	return fmt.Sprintf("no policy of namespace %s lets Prometheus in", m.Metadata.Namespace)
}

// selected tells whether a policy for pods with these labels may be for what m watches, and whether
// it is for certain.
func (m scrape) selected(of map[string]string) (possible, sure bool) {
	possible, sure = true, true
	for label, value := range of {
		values := []string{}
		if v, ok := m.Spec.Selector.MatchLabels[label]; ok {
			values = append(values, v)
		}
		for _, e := range m.Spec.Selector.MatchExpressions {
			if e.Key == label && e.Operator == metav1.LabelSelectorOpIn {
				values = append(values, e.Values...)
			}
		}
		sure = sure && !m.services && len(values) == 1 && values[0] == value
		possible = possible && (m.services || len(values) == 0 || slices.Contains(values, value))
	}
	return possible, sure
}

// letsIn tells whether Prometheus is among the peers of a rule in a namespace.
func letsIn(namespace string, rule networkingv1.NetworkPolicyIngressRule) bool {
	matches := func(s *metav1.LabelSelector, l labels.Set) bool {
		selector, err := metav1.LabelSelectorAsSelector(s)
		return err == nil && selector.Matches(l)
	}
	return len(rule.From) == 0 || slices.ContainsFunc(rule.From, func(p networkingv1.NetworkPolicyPeer) bool {
		there := namespace == monitoring.Namespace
		if p.NamespaceSelector != nil {
			there = matches(p.NamespaceSelector, scraper.namespace)
		}
		return there && (p.PodSelector == nil || matches(p.PodSelector, scraper.pod)) && p.IPBlock == nil
	})
}

// opens tells whether a rule is for a port; for one whose number nobody knows here, any will do.
func opens(rule networkingv1.NetworkPolicyIngressRule, port int32) bool {
	return port == 0 || len(rule.Ports) == 0 || slices.ContainsFunc(rule.Ports, func(p networkingv1.NetworkPolicyPort) bool {
		return p.Port == nil || p.Port.IntVal == port
	})
}
