package kubetest

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Any registers a resource that only has to be there, for others to depend on: a namespace.
func Any(ctx *pulumi.Context, name string, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	r := &struct{ pulumi.CustomResourceState }{}
	return r, ctx.RegisterResource("kubernetes:core/v1:Namespace", name, pulumi.Map{}, r, opts...)
}
