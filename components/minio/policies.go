package minio

import (
	"fmt"
	"slices"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// policies says which pods may talk to the servers and to the set-up, and that one server at a
// time may be away.
func (m *MinIO) policies(ctx *pulumi.Context, name string, a Args) error {
	own := networkingv1.NetworkPolicyPeerArray{podsOf(app), podsOf(setupApp)}
	clients := networkingv1.NetworkPolicyPeerArray{}
	for _, n := range clientNamespaces(a.Users) {
		clients = append(clients, podsIn(n))
	}
	ingress := networkingv1.NetworkPolicyIngressRuleArray{
		&networkingv1.NetworkPolicyIngressRuleArgs{From: append(own, clients...), Ports: ports("TCP", Port)},
		&networkingv1.NetworkPolicyIngressRuleArgs{
			From: networkingv1.NetworkPolicyPeerArray{podsIn(a.WebFrom)}, Ports: ports("TCP", Port, ConsolePort),
		},
	}
	egress := networkingv1.NetworkPolicyEgressRuleArray{
		&networkingv1.NetworkPolicyEgressRuleArgs{Ports: append(ports("UDP", 53), ports("TCP", 53)...)}, // names
		&networkingv1.NetworkPolicyEgressRuleArgs{To: networkingv1.NetworkPolicyPeerArray{podsOf(app)}, Ports: ports("TCP", Port)},
	}
	for _, p := range []struct {
		name, app string
		ingress   networkingv1.NetworkPolicyIngressRuleArray
	}{{app, app, ingress}, {setupApp, setupApp, nil}} {
		_, err := networkingv1.NewNetworkPolicy(ctx, name+"-"+p.name, &networkingv1.NetworkPolicyArgs{
			Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(p.name), Namespace: a.Namespace, Labels: labels(p.app)},
			Spec: &networkingv1.NetworkPolicySpecArgs{
				PodSelector: &metav1.LabelSelectorArgs{MatchLabels: labels(p.app)},
				PolicyTypes: pulumi.ToStringArray([]string{"Ingress", "Egress"}),
				Ingress:     p.ingress, Egress: egress,
			},
		}, pulumi.Parent(m))
		if err != nil {
			return fmt.Errorf("network policy %s: %w", p.name, err)
		}
	}
	_, err := policyv1.NewPodDisruptionBudget(ctx, name, &policyv1.PodDisruptionBudgetArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(app), Namespace: a.Namespace, Labels: labels(app)},
		Spec: &policyv1.PodDisruptionBudgetSpecArgs{
			MaxUnavailable: pulumi.Int(1), Selector: &metav1.LabelSelectorArgs{MatchLabels: labels(app)},
		},
	}, pulumi.Parent(m))
	if err != nil {
		return fmt.Errorf("pod disruption budget %s: %w", app, err)
	}
	return nil
}

// clientNamespaces are those of all users, sorted, each once.
func clientNamespaces(users []User) (all []string) {
	for _, u := range users {
		all = append(all, u.Namespaces...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func podsOf(app string) *networkingv1.NetworkPolicyPeerArgs {
	return &networkingv1.NetworkPolicyPeerArgs{PodSelector: &metav1.LabelSelectorArgs{MatchLabels: labels(app)}}
}

func podsIn(namespace string) *networkingv1.NetworkPolicyPeerArgs {
	return &networkingv1.NetworkPolicyPeerArgs{NamespaceSelector: &metav1.LabelSelectorArgs{
		MatchLabels: pulumi.StringMap{"kubernetes.io/metadata.name": pulumi.String(namespace)},
	}}
}

func ports(protocol string, numbers ...int) (all networkingv1.NetworkPolicyPortArray) {
	for _, n := range numbers {
		all = append(all, &networkingv1.NetworkPolicyPortArgs{Protocol: pulumi.String(protocol), Port: pulumi.Int(n)})
	}
	return all
}
