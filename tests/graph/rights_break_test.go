package graph_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

func strings1(s string) pulumi.Array { return pulumi.Array{pulumi.String(s)} }

func binding(kind, namespace, account string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		return register(ctx, rbacPrefix+kind, "all", object("rbac.authorization.k8s.io/v1", kind, pulumi.Map{
			"roleRef": pulumi.Map{"kind": pulumi.String("ClusterRole"), "name": pulumi.String("cluster-admin")},
			"subjects": pulumi.Array{pulumi.Map{
				"kind": pulumi.String("ServiceAccount"), "namespace": pulumi.String(namespace), "name": pulumi.String(account)}},
		}))
	}
}

func role(kind, group, resource, verb string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		return register(ctx, rbacPrefix+kind, "some", object("rbac.authorization.k8s.io/v1", kind, pulumi.Map{
			"rules": pulumi.Array{pulumi.Map{"apiGroups": strings1(group), "resources": strings1(resource), "verbs": strings1(verb)}},
		}))
	}
}

func inNamespace(name string, policy pulumi.Map) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		meta := pulumi.Map{"metadata": pulumi.Map{"name": pulumi.String(name)}}
		if err := register(ctx, nsType, name, object("v1", "Namespace", meta)); err != nil || policy == nil {
			return err
		}
		return register(ctx, policyType, name, object("networking.k8s.io/v1", "NetworkPolicy", pulumi.Map{
			"metadata": pulumi.Map{"name": pulumi.String("p"), "namespace": pulumi.String(name)}, "spec": policy}))
	}
}

func mounting(token bool) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		return register(ctx, "kubernetes:apps/v1:Deployment", "d", object("apps/v1", "Deployment", pulumi.Map{
			"metadata": pulumi.Map{"name": pulumi.String("d"), "namespace": pulumi.String("a")},
			"spec": pulumi.Map{"template": pulumi.Map{"spec": pulumi.Map{
				"serviceAccountName": pulumi.String("b"), "automountServiceAccountToken": pulumi.Bool(token)}}},
		}))
	}
}

func init() {
	breaks["nobody but the runner is an administrator"] = binding("ClusterRoleBinding", "a", "b")
	breaks["roles name what they allow"] = role("Role", "", "secrets", "*")
	breaks["accounts without rights hand out no token"] = func(ctx *pulumi.Context) error {
		return register(ctx, "kubernetes:core/v1:ServiceAccount", "loud", object("v1", "ServiceAccount", nil))
	}
	breaks["namespaces are closed"] = inNamespace("wide", nil)
}

// TestRights: the ways in which one of these promises is kept or broken.
func TestRights(t *testing.T) {
	everybody := pulumi.Map{"podSelector": pulumi.Map{}, "policyTypes": strings1("Ingress"), "ingress": pulumi.Array{pulumi.Map{}}}
	nobody := pulumi.Map{"podSelector": pulumi.Map{}, "policyTypes": strings1("Ingress")}
	some := pulumi.Map{"podSelector": pulumi.Map{"matchLabels": pulumi.Map{"a": pulumi.String("b")}}, "policyTypes": strings1("Ingress")}
	outward := pulumi.Map{"podSelector": pulumi.Map{}, "policyTypes": strings1("Egress")}
	for name, c := range map[string]struct {
		holds   property
		program pulumi.RunFunc
		broken  int
	}{
		"the runner":                   {administrators, binding("ClusterRoleBinding", "gitlab-runner", "full-access-sa"), 0},
		"all of one namespace":         {administrators, binding("RoleBinding", "a", "b"), 1},
		"every resource":               {namedRights, role("ClusterRole", "", "*", "get"), 1},
		"every group":                  {namedRights, role("ClusterRole", "*", "pods", "get"), 1},
		"status of every resource":     {namedRights, role("ClusterRole", "", "*/status", "get"), 1},
		"one verb on one kind":         {namedRights, role("ClusterRole", "", "pods", "get"), 0},
		"a policy that closes":         {closedNamespaces, inNamespace("shut", nobody), 0},
		"a policy for everybody":       {closedNamespaces, inNamespace("wide", everybody), 1},
		"a policy for some pods":       {closedNamespaces, inNamespace("wide", some), 1},
		"a policy about what goes out": {closedNamespaces, inNamespace("wide", outward), 1},
		"a pod that takes a token":     {quietAccounts, mounting(true), 1},
		"a pod that takes none":        {quietAccounts, mounting(false), 0},
		"an excuse":                    {closedNamespaces, inNamespace("traefik", nil), 0},
		"an excuse that nobody needs":  {closedNamespaces, inNamespace("traefik", nobody), 1},
	} {
		g, err := run(t, "homelab", c.program)
		require.NoError(t, err)
		require.Len(t, c.holds(g), c.broken, name)
	}
}

// TestExcusedNamespacesExist: an excuse for a namespace that is gone would wait for the next one of
// that name.
func TestExcusedNamespacesExist(t *testing.T) {
	there := map[string]bool{}
	for _, r := range whole(t, "homelab").All {
		if name, ok := text(r.Inputs, "metadata.name"); ok && r.Type == nsType {
			there[name] = true
		}
	}
	for name, why := range open {
		require.True(t, there[name], name)
		require.NotEmpty(t, why, name)
	}
}
