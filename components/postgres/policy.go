package postgres

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// policy names who reaches the instances: each other, the operator and dumps on every port,
// clients on the database's only.
func (c *Cluster) policy(ctx *pulumi.Context, name string, a Args, child pulumi.ResourceOption) (pulumi.Resource, error) {
	ingress := []kube.Rule{{Peers: []kube.Peer{{}}, TCP: []int{Port, restPort}}}
	if len(a.Clients) > 0 { // no peers at all would mean everybody
		ingress = append(ingress, kube.Rule{Peers: kube.In(a.Clients...), TCP: []int{Port}})
	}
	if len(a.MetricsFrom) > 0 {
		ingress = append(ingress, kube.Rule{Peers: a.MetricsFrom, TCP: []int{MetricsPort}})
	}
	return kube.NetworkPolicy(ctx, name, kube.NetworkPolicyArgs{
		Name: a.Name, Namespace: a.Namespace,
		Pods: pulumi.StringMap{clusterName: pulumi.String(a.Name)}, Ingress: ingress,
	}, child)
}
