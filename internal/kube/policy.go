package kube

import (
	"fmt"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// NetworkPolicyArgs say who reaches pods and what they reach.
type NetworkPolicyArgs struct {
	Name      string             // metadata.name; empty means the resource's Pulumi name
	Namespace pulumi.StringInput // must exist
	Labels    pulumi.StringMap
	Pods      pulumi.StringMap // labels of the pods it is for; empty means every pod of the namespace
	Ingress   []Rule           // who reaches them: nobody when empty
	Egress    []Rule           // what they reach: everything when nil, nothing when empty
}

// Rule lets peers through on ports.
type Rule struct {
	Peers []Peer // none means everybody, inside the cluster and outside
	TCP   []int  // of the pods, not of a Service; no port of either kind means every port
	UDP   []int
}

// Peer is a set of pods. The zero value is every pod of the policy's own namespace.
type Peer struct {
	Namespace pulumi.StringInput // their namespace's name; nil means the policy's own
	Pods      pulumi.StringMap   // their labels; empty means all of them
}

// In gives all pods of some namespaces as peers.
func In(namespaces ...string) []Peer {
	var all []Peer
	for _, n := range namespaces {
		all = append(all, Peer{Namespace: pulumi.String(n)})
	}
	return all
}

// NetworkPolicy registers a NetworkPolicy.
func NetworkPolicy(ctx *pulumi.Context, name string, a NetworkPolicyArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	types := pulumi.StringArray{pulumi.String("Ingress")}
	spec := &networkingv1.NetworkPolicySpecArgs{PodSelector: selector(a.Pods)}
	var ingress networkingv1.NetworkPolicyIngressRuleArray
	for _, r := range a.Ingress {
		ingress = append(ingress, &networkingv1.NetworkPolicyIngressRuleArgs{From: peers(r), Ports: ports(r)})
	}
	if ingress != nil {
		spec.Ingress = ingress
	}
	if a.Egress != nil {
		types = append(types, pulumi.String("Egress"))
		egress := networkingv1.NetworkPolicyEgressRuleArray{}
		for _, r := range a.Egress {
			egress = append(egress, &networkingv1.NetworkPolicyEgressRuleArgs{To: peers(r), Ports: ports(r)})
		}
		if len(egress) > 0 {
			spec.Egress = egress
		}
	}
	spec.PolicyTypes = types
	r, err := networkingv1.NewNetworkPolicy(ctx, name, &networkingv1.NetworkPolicyArgs{
		Metadata: meta(name, a.Name, a.Namespace, a.Labels, nil), Spec: spec,
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("network policy %s: %w", name, err)
	}
	return r, nil
}

// DefaultDeny closes a namespace: nobody reaches its pods but by one of the rules, or by a policy of
// the pods' own. Kubelets on their nodes always do, and pods in the host's network are not concerned.
// A server that the API server itself calls needs a rule without peers: where its calls come from
// depends on the network plug-in.
func DefaultDeny(ctx *pulumi.Context, namespace string, ns pulumi.StringInput, rules []Rule, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	return NetworkPolicy(ctx, namespace+"-default-deny", NetworkPolicyArgs{Name: "default-deny", Namespace: ns, Ingress: rules}, opts...)
}

// peers and ports are no methods of Rule: see tests/graph/generics_test.go.
func peers(r Rule) networkingv1.NetworkPolicyPeerArrayInput {
	if len(r.Peers) == 0 {
		return nil
	}
	var all networkingv1.NetworkPolicyPeerArray
	for _, p := range r.Peers {
		peer := &networkingv1.NetworkPolicyPeerArgs{}
		if p.Namespace != nil {
			peer.NamespaceSelector = selector(pulumi.StringMap{"kubernetes.io/metadata.name": p.Namespace})
		}
		if p.Namespace == nil || len(p.Pods) > 0 {
			peer.PodSelector = selector(p.Pods)
		}
		all = append(all, peer)
	}
	return all
}

func ports(r Rule) networkingv1.NetworkPolicyPortArrayInput {
	var all networkingv1.NetworkPolicyPortArray
	for _, p := range []struct {
		protocol string
		numbers  []int
	}{{"UDP", r.UDP}, {"TCP", r.TCP}} {
		for _, n := range p.numbers {
			all = append(all, &networkingv1.NetworkPolicyPortArgs{Protocol: pulumi.String(p.protocol), Port: pulumi.Int(n)})
		}
	}
	if all == nil {
		return nil
	}
	return all
}

func selector(labels pulumi.StringMap) *metav1.LabelSelectorArgs {
	s := &metav1.LabelSelectorArgs{}
	if len(labels) > 0 {
		s.MatchLabels = labels
	}
	return s
}

// OneAway registers a PodDisruptionBudget: of the pods with these labels, a drain takes one at a time.
func OneAway(ctx *pulumi.Context, name, object string, namespace pulumi.StringInput, labels pulumi.StringMap,
	opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	r, err := policyv1.NewPodDisruptionBudget(ctx, name, &policyv1.PodDisruptionBudgetArgs{
		Metadata: meta(name, object, namespace, labels, nil),
		Spec:     &policyv1.PodDisruptionBudgetSpecArgs{MaxUnavailable: pulumi.Int(1), Selector: selector(labels)},
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("pod disruption budget %s: %w", name, err)
	}
	return r, nil
}
