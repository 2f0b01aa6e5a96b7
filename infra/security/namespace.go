// Package security is the layer of identity, secrets and mail. It has stages: later layers need
// what is in the first ones, and Keycloak's content needs everything that is published.
package security

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// closedNamespace makes a namespace whose pods nobody reaches but whom another policy lets in.
func closedNamespace(ctx *pulumi.Context, name string, level kube.PodSecurity, disposable bool,
	child pulumi.ResourceOption) (pulumi.StringOutput, pulumi.Resource, error) {
	ns, err := kube.Namespace(ctx, name, level, child, pulumi.Protect(!disposable))
	if err != nil {
		return ns, nil, err
	}
	policy, err := kube.DefaultDeny(ctx, name, ns, nil, child)
	return ns, policy, err
}
