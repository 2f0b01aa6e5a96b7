package postgres

import (
	"fmt"
	"slices"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Client is a part of the platform that needs a database.
type Client struct {
	Database  string
	User      string // a user or reader of the cluster
	Namespace string // whose pods connect; the layer that asks makes it
}

// Connect gives a client what it needs and lets its namespace in. Who asks passes its own options:
// the way in belongs to the asker, and goes with it.
func (c *Cluster) Connect(ctx *pulumi.Context, client Client, opts ...pulumi.ResourceOption) (Connection, error) {
	connection, err := c.Connection(client.Database, client.User)
	if err != nil {
		return Connection{}, err
	}
	if c.admitted[client.Namespace] == nil {
		if c.admitted[client.Namespace], err = c.admit(ctx, client.Namespace, opts...); err != nil {
			return Connection{}, err
		}
	}
	connection.Ready = append(slices.Clone(connection.Ready), c.admitted[client.Namespace])
	return connection, nil
}

// admit adds to what the cluster's own policy allows: policies of the same pods add up.
func (c *Cluster) admit(ctx *pulumi.Context, namespace string, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	name := c.Name + "-from-" + namespace
	policy, err := networkingv1.NewNetworkPolicy(ctx, name, &networkingv1.NetworkPolicyArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: c.namespace},
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{clusterName: pulumi.String(c.Name)}},
			PolicyTypes: pulumi.ToStringArray([]string{"Ingress"}),
			Ingress: networkingv1.NetworkPolicyIngressRuleArray{&networkingv1.NetworkPolicyIngressRuleArgs{
				From: networkingv1.NetworkPolicyPeerArray{&networkingv1.NetworkPolicyPeerArgs{NamespaceSelector: &metav1.LabelSelectorArgs{
					MatchLabels: pulumi.StringMap{"kubernetes.io/metadata.name": pulumi.String(namespace)},
				}}},
				Ports: networkingv1.NetworkPolicyPortArray{&networkingv1.NetworkPolicyPortArgs{Port: pulumi.Int(Port), Protocol: pulumi.String("TCP")}},
			}},
		},
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("network policy %s: %w", name, err)
	}
	return policy, nil
}
