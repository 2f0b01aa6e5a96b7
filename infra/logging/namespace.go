package logging

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// closed makes one of the layer's namespaces. Every pod in them has a policy of its own.
func (in Inputs) closed(ctx *pulumi.Context, name string, level kube.PodSecurity, child pulumi.ResourceOption) (pulumi.StringOutput, error) {
	ns, err := kube.Namespace(ctx, name, level, child, pulumi.Protect(!in.Disposable))
	if err != nil {
		return ns, err
	}
	_, err = kube.DefaultDeny(ctx, name, ns, nil, child)
	return ns, err
}
