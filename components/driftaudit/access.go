package driftaudit

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

const rbacGroup = "rbac.authorization.k8s.io"

// access gives the account the right to read whole kinds, and none to write: dry runs would need
// `patch`, which cannot be had for dry runs alone. Kinds are named one by one, because a star among
// resources would also let it into pods (pods/exec) and nodes (nodes/proxy) by `get`.
func access(ctx *pulumi.Context, name string, a Args, child pulumi.ResourceOption) ([]pulumi.Resource, error) {
	account, err := kube.ServiceAccount(ctx, name+"-account", App, a.Namespace, Labels(), child)
	if err != nil {
		return nil, err
	}
	rules := pulumi.Array{}
	for _, k := range slices.Concat(Known(), a.Reads) {
		rules = append(rules, pulumi.Map{
			"apiGroups": pulumi.ToStringArray([]string{k.Group}), "resources": pulumi.ToStringArray(k.Resources),
			"verbs": pulumi.ToStringArray([]string{"get", "list"}),
		})
	}
	role, err := kube.Apply(ctx, name+"-role", kube.Object{
		Kind: kube.Kind{APIVersion: rbacGroup + "/v1", Kind: "ClusterRole"}, Name: App, Labels: Labels(), Fields: pulumi.Map{"rules": rules},
	}, child)
	if err != nil {
		return nil, err
	}
	binding, err := kube.Apply(ctx, name+"-binding", kube.Object{
		Kind: kube.Kind{APIVersion: rbacGroup + "/v1", Kind: "ClusterRoleBinding"}, Name: App, Labels: Labels(),
		Fields: pulumi.Map{
			"roleRef":  pulumi.Map{"apiGroup": pulumi.String(rbacGroup), "kind": pulumi.String("ClusterRole"), "name": pulumi.String(App)},
			"subjects": pulumi.Array{pulumi.Map{"kind": pulumi.String("ServiceAccount"), "name": pulumi.String(App), "namespace": a.Namespace}},
		},
	}, child, kube.After(role))
	if err != nil {
		return nil, err
	}
	return []pulumi.Resource{account, binding}, nil
}
