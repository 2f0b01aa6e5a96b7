package grafana

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

const (
	// account is that of Grafana's pod.
	account   = "grafana"
	rbacGroup = "rbac.authorization.k8s.io"
	// reader names the role, and what binds it to the account.
	reader = "grafana-dashboards"
)

// access lets the containers that collect dashboards read ConfigMaps of every namespace. The chart's
// own role would let them read every Secret too, and no value narrows it.
func access(ctx *pulumi.Context, name string, a Args, child pulumi.ResourceOption) (pulumi.Resource, error) {
	role, err := kube.Apply(ctx, name+"-role", kube.Object{
		Kind: kube.Kind{APIVersion: rbacGroup + "/v1", Kind: "ClusterRole"}, Name: reader,
		Fields: pulumi.Map{"rules": pulumi.Array{pulumi.Map{
			"apiGroups": pulumi.ToStringArray([]string{""}), "resources": pulumi.ToStringArray([]string{"configmaps"}),
			"verbs": pulumi.ToStringArray([]string{"get", "list", "watch"}),
		}}},
	}, child)
	if err != nil {
		return nil, err
	}
	return kube.Apply(ctx, name+"-binding", kube.Object{
		Kind: kube.Kind{APIVersion: rbacGroup + "/v1", Kind: "ClusterRoleBinding"}, Name: reader,
		Fields: pulumi.Map{
			"roleRef":  pulumi.Map{"apiGroup": pulumi.String(rbacGroup), "kind": pulumi.String("ClusterRole"), "name": pulumi.String(reader)},
			"subjects": pulumi.Array{pulumi.Map{"kind": pulumi.String("ServiceAccount"), "name": pulumi.String(account), "namespace": a.Namespace}},
		},
	}, child, kube.After(role))
}
