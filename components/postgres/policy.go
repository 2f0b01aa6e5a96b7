package postgres

import (
	"fmt"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// policy names who reaches the instances: each other, the operator and dumps on every port,
// clients on the database's only.
func (c *Cluster) policy(ctx *pulumi.Context, name string, a Args, child pulumi.ResourceOption) (pulumi.Resource, error) {
	var clients networkingv1.NetworkPolicyPeerArray
	for _, namespace := range a.Clients {
		clients = append(clients, &networkingv1.NetworkPolicyPeerArgs{NamespaceSelector: &metav1.LabelSelectorArgs{
			MatchLabels: pulumi.StringMap{"kubernetes.io/metadata.name": pulumi.String(namespace)},
		}})
	}
	port := func(number int) *networkingv1.NetworkPolicyPortArgs {
		return &networkingv1.NetworkPolicyPortArgs{Port: pulumi.Int(number), Protocol: pulumi.String("TCP")}
	}
	ingress := networkingv1.NetworkPolicyIngressRuleArray{&networkingv1.NetworkPolicyIngressRuleArgs{
		From:  networkingv1.NetworkPolicyPeerArray{&networkingv1.NetworkPolicyPeerArgs{PodSelector: &metav1.LabelSelectorArgs{}}},
		Ports: networkingv1.NetworkPolicyPortArray{port(Port), port(restPort)},
	}}
	if len(clients) > 0 { // no peers at all would mean everybody
		ingress = append(ingress, &networkingv1.NetworkPolicyIngressRuleArgs{
			From: clients, Ports: networkingv1.NetworkPolicyPortArray{port(Port)},
		})
	}
	policy, err := networkingv1.NewNetworkPolicy(ctx, name, &networkingv1.NetworkPolicyArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(a.Name), Namespace: a.Namespace},
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{clusterName: pulumi.String(a.Name)}},
			PolicyTypes: pulumi.ToStringArray([]string{"Ingress"}),
			Ingress:     ingress,
		},
	}, child)
	if err != nil {
		return nil, fmt.Errorf("network policy %s: %w", a.Name, err)
	}
	return policy, nil
}
