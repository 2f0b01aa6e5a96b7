package technitium

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// services declares the DNS Service on its address, and the console's, inside the cluster only.
func (t *Technitium) services(ctx *pulumi.Context, name string, a Args) ([]pulumi.Resource, error) {
	annotations := kube.AwaitAddress()
	annotations["metallb.io/loadBalancerIPs"] = pulumi.String(a.Address.String())
	dns, err := kube.Service(ctx, name, kube.ServiceArgs{
		Name: app, Namespace: a.Namespace, Labels: labels(app), Annotations: annotations, Pods: labels(app),
		Balanced: true, // recursion is allowed by the client's address
		Ports:    []kube.ServicePort{{Name: "dns-udp", Port: 53, Proto: "UDP"}, {Name: "dns-tcp", Port: 53, Proto: "TCP"}},
	}, pulumi.Parent(t), kube.After(a.Addresses...))
	if err != nil {
		return nil, err
	}
	console, err := kube.Service(ctx, name+"-console", kube.ServiceArgs{
		Name: ConsoleService, Namespace: a.Namespace, Labels: labels(app), Annotations: kube.AwaitNothing(),
		Pods: labels(app), Ports: []kube.ServicePort{{Name: "console", Port: ConsolePort}},
	}, pulumi.Parent(t))
	if err != nil {
		return nil, err
	}
	return []pulumi.Resource{dns, console}, nil
}

// policy lets everybody ask for names, lets the ingress controller and the zones' Job reach the
// console, and lets the server ask other servers, nothing else.
func (t *Technitium) policy(ctx *pulumi.Context, name string, a Args) error {
	_, err := kube.NetworkPolicy(ctx, name, kube.NetworkPolicyArgs{
		Name: app, Namespace: a.Namespace, Labels: labels(app), Pods: labels(app),
		Ingress: []kube.Rule{
			{UDP: []int{53}, TCP: []int{53}},
			{Peers: append(kube.In(a.ConsoleFrom), kube.Peer{Pods: labels(zonesApp)}), TCP: []int{ConsolePort}},
		},
		// Forwarders by UDP and TCP, TLS and HTTPS.
		Egress: []kube.Rule{{UDP: []int{53}, TCP: []int{53, 853, 443}}},
	}, pulumi.Parent(t))
	return err
}

// unreachable closes the pods that apply the zones: they ask the name server and answer nobody.
func (z *Zones) unreachable(ctx *pulumi.Context, name string, namespace pulumi.StringInput) error {
	_, err := kube.NetworkPolicy(ctx, name, kube.NetworkPolicyArgs{
		Name: zonesApp, Namespace: namespace, Labels: labels(zonesApp), Pods: labels(zonesApp),
	}, pulumi.Parent(z))
	return err
}
