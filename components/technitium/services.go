package technitium

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// services declares the DNS Service on its address, and the console's, inside the cluster only.
func (t *Technitium) services(ctx *pulumi.Context, name string, a Args) ([]pulumi.Resource, error) {
	port := func(name, protocol string, number int) *corev1.ServicePortArgs {
		return &corev1.ServicePortArgs{
			Name: pulumi.String(name), Protocol: pulumi.String(protocol),
			Port: pulumi.Int(number), TargetPort: pulumi.String(name),
		}
	}
	annotations := kube.AwaitAddress()
	annotations["metallb.io/loadBalancerIPs"] = pulumi.String(a.Address.String())
	dns, err := corev1.NewService(ctx, name, &corev1.ServiceArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String(app), Namespace: a.Namespace, Labels: labels(app), Annotations: annotations,
		},
		Spec: &corev1.ServiceSpecArgs{
			Type:     pulumi.String("LoadBalancer"),
			Selector: labels(app),
			// Recursion is allowed by the client's address, which must stay what it is.
			ExternalTrafficPolicy: pulumi.String("Local"),
			Ports:                 corev1.ServicePortArray{port("dns-udp", "UDP", 53), port("dns-tcp", "TCP", 53)},
		},
	}, pulumi.Parent(t), kube.After(a.Addresses...))
	if err != nil {
		return nil, fmt.Errorf("service %s: %w", app, err)
	}
	console, err := corev1.NewService(ctx, name+"-console", &corev1.ServiceArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String(ConsoleService), Namespace: a.Namespace, Labels: labels(app), Annotations: kube.AwaitNothing(),
		},
		Spec: &corev1.ServiceSpecArgs{
			Selector: labels(app),
			Ports:    corev1.ServicePortArray{port("console", "TCP", ConsolePort)},
		},
	}, pulumi.Parent(t))
	if err != nil {
		return nil, fmt.Errorf("service %s: %w", ConsoleService, err)
	}
	return []pulumi.Resource{dns, console}, nil
}

// policy lets everybody ask for names, lets the ingress controller and the zones' Job reach the
// console, and lets the server ask other servers, nothing else.
func (t *Technitium) policy(ctx *pulumi.Context, name string, a Args) error {
	port := func(protocol string, number int) *networkingv1.NetworkPolicyPortArgs {
		return &networkingv1.NetworkPolicyPortArgs{Protocol: pulumi.String(protocol), Port: pulumi.Int(number)}
	}
	selects := func(l pulumi.StringMap) *metav1.LabelSelectorArgs { return &metav1.LabelSelectorArgs{MatchLabels: l} }
	_, err := networkingv1.NewNetworkPolicy(ctx, name, &networkingv1.NetworkPolicyArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(app), Namespace: a.Namespace, Labels: labels(app)},
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: selects(labels(app)),
			PolicyTypes: pulumi.ToStringArray([]string{"Ingress", "Egress"}),
			Ingress: networkingv1.NetworkPolicyIngressRuleArray{
				&networkingv1.NetworkPolicyIngressRuleArgs{
					Ports: networkingv1.NetworkPolicyPortArray{port("UDP", 53), port("TCP", 53)},
				},
				&networkingv1.NetworkPolicyIngressRuleArgs{
					Ports: networkingv1.NetworkPolicyPortArray{port("TCP", ConsolePort)},
					From: networkingv1.NetworkPolicyPeerArray{
						&networkingv1.NetworkPolicyPeerArgs{NamespaceSelector: selects(pulumi.StringMap{
							"kubernetes.io/metadata.name": pulumi.String(a.ConsoleFrom),
						})},
						&networkingv1.NetworkPolicyPeerArgs{PodSelector: selects(labels(zonesApp))},
					},
				},
			},
			// Forwarders by UDP and TCP, TLS and HTTPS.
			Egress: networkingv1.NetworkPolicyEgressRuleArray{&networkingv1.NetworkPolicyEgressRuleArgs{
				Ports: networkingv1.NetworkPolicyPortArray{port("UDP", 53), port("TCP", 53), port("TCP", 853), port("TCP", 443)},
			}},
		},
	}, pulumi.Parent(t))
	if err != nil {
		return fmt.Errorf("network policy %s: %w", app, err)
	}
	return nil
}

// unreachable closes the pods that apply the zones: they ask the name server and answer nobody.
func (z *Zones) unreachable(ctx *pulumi.Context, name string, namespace pulumi.StringInput) error {
	_, err := networkingv1.NewNetworkPolicy(ctx, name, &networkingv1.NetworkPolicyArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(zonesApp), Namespace: namespace, Labels: labels(zonesApp)},
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{MatchLabels: labels(zonesApp)},
			PolicyTypes: pulumi.ToStringArray([]string{"Ingress"}),
		},
	}, pulumi.Parent(z))
	if err != nil {
		return fmt.Errorf("network policy %s: %w", zonesApp, err)
	}
	return nil
}
