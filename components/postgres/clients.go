package postgres

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
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
	return kube.NetworkPolicy(ctx, name, kube.NetworkPolicyArgs{
		Namespace: c.namespace, Pods: pulumi.StringMap{clusterName: pulumi.String(c.Name)},
		Ingress: []kube.Rule{{Peers: kube.In(namespace), TCP: []int{Port}}},
	}, opts...)
}
