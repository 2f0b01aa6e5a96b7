package minio

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// policies says which pods may talk to the servers and to the set-up, and that one server at a
// time may be away.
func (m *MinIO) policies(ctx *pulumi.Context, name string, a Args) error {
	servers, setup := kube.Peer{Pods: labels(app)}, kube.Peer{Pods: labels(setupApp)}
	ingress := []kube.Rule{
		{Peers: append([]kube.Peer{servers, setup}, kube.In(clientNamespaces(a.Users)...)...), TCP: []int{Port}},
		{Peers: kube.In(a.WebFrom), TCP: []int{Port, ConsolePort}},
	}
	if len(a.MetricsFrom) > 0 { // no peers at all would mean everybody
		ingress = append(ingress, kube.Rule{Peers: a.MetricsFrom, TCP: []int{Port}})
	}
	egress := []kube.Rule{{UDP: []int{53}, TCP: []int{53}}, {Peers: []kube.Peer{servers}, TCP: []int{Port}}} // names, and each other
	for _, p := range []struct {
		app     string
		ingress []kube.Rule
	}{{app, ingress}, {setupApp, nil}} {
		_, err := kube.NetworkPolicy(ctx, name+"-"+p.app, kube.NetworkPolicyArgs{
			Name: p.app, Namespace: a.Namespace, Labels: labels(p.app), Pods: labels(p.app), Ingress: p.ingress, Egress: egress,
		}, pulumi.Parent(m))
		if err != nil {
			return err
		}
	}
	_, err := kube.OneAway(ctx, name, app, a.Namespace, labels(app), pulumi.Parent(m))
	return err
}

// clientNamespaces are those of all users, sorted, each once.
func clientNamespaces(users []User) (all []string) {
	for _, u := range users {
		all = append(all, u.Namespaces...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
