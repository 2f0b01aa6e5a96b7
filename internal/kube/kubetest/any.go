package kubetest

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Any registers a resource that only has to be there, for others to depend on: a namespace.
func Any(ctx *pulumi.Context, name string) (pulumi.Resource, error) {
	return corev1.NewNamespace(ctx, name, nil)
}
