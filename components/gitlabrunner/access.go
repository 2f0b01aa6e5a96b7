package gitlabrunner

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

const (
	rbacGroup = "rbac.authorization.k8s.io"
	// fullAccess is a ClusterRole: every object of every kind. It is not cluster-admin: it lacks
	// impersonation, granting what one does not have, and addresses that are no objects. Beside
	// privileged pods that is no wall, but it keeps an accident from changing who may do what.
	fullAccess = "full-access"
	manager    = "runner" // account of the manager of profile Builder
	builder    = "builder"
)

// access gives the manager's account and what lets it work.
func access(ctx *pulumi.Context, name string, a Args, child pulumi.ResourceOption) (string, []pulumi.Resource, error) {
	if a.Profile == Full {
		account, err := serviceAccount(ctx, name, FullAccess, a, child)
		if err != nil {
			return "", nil, err
		}
		rights, err := grant(ctx, name, grantArgs{kind: "Cluster", role: fullAccess, account: FullAccess, rules: pulumi.Array{
			rule("*", "*", "get list watch create update patch delete deletecollection"),
		}}, a, child)
		return FullAccess, append(rights, account), err
	}
	var all []pulumi.Resource
	for _, account := range []string{manager, builder} {
		made, err := serviceAccount(ctx, name+"-"+account, account, a, child)
		if err != nil {
			return "", nil, err
		}
		all = append(all, made)
	}
	// What the executor does: https://docs.gitlab.com/runner/executors/kubernetes/#configure-runner-api-permissions
	rights, err := grant(ctx, name, grantArgs{role: manager, account: manager, rules: pulumi.Array{
		rule("", "pods", "create delete get list watch"), rule("", "pods/attach pods/exec", "create delete get patch"),
		rule("", "pods/log", "get list"), rule("", "events", "list watch"),
		rule("", "secrets configmaps", "create delete get update"), rule("", "services", "create get"),
		rule("", "serviceaccounts", "get"),
	}}, a, child)
	return manager, append(rights, all...), err
}

// serviceAccount makes an account whose token no pod gets by accident: those that need it say so.
func serviceAccount(ctx *pulumi.Context, name, object string, a Args, child pulumi.ResourceOption) (pulumi.Resource, error) {
	return kube.Apply(ctx, name+"-account", kube.Object{
		Kind: kube.Kind{APIVersion: "v1", Kind: "ServiceAccount"}, Name: object,
		Namespace: a.Namespace.ToStringOutput().ToStringPtrOutput(),
		Fields:    pulumi.Map{"automountServiceAccountToken": pulumi.Bool(object != builder)},
	}, child)
}

// grantArgs are a role and who has it.
type grantArgs struct {
	kind          string // "Cluster", or empty for the runner's namespace alone
	role, account string
	rules         pulumi.Array
}

func grant(ctx *pulumi.Context, name string, g grantArgs, a Args, child pulumi.ResourceOption) ([]pulumi.Resource, error) {
	var namespace pulumi.StringPtrInput
	if g.kind == "" {
		namespace = a.Namespace.ToStringOutput().ToStringPtrOutput()
	}
	role, err := kube.Apply(ctx, name+"-role", kube.Object{
		Kind: kube.Kind{APIVersion: rbacGroup + "/v1", Kind: g.kind + "Role"}, Name: g.role, Namespace: namespace,
		Fields: pulumi.Map{"rules": g.rules},
	}, child)
	if err != nil {
		return nil, err
	}
	binding, err := kube.Apply(ctx, name+"-binding", kube.Object{
		Kind: kube.Kind{APIVersion: rbacGroup + "/v1", Kind: g.kind + "RoleBinding"}, Name: g.role, Namespace: namespace,
		Fields: pulumi.Map{
			"roleRef": pulumi.Map{
				"apiGroup": pulumi.String(rbacGroup), "kind": pulumi.String(g.kind + "Role"), "name": pulumi.String(g.role),
			},
			"subjects": pulumi.Array{pulumi.Map{
				"kind": pulumi.String("ServiceAccount"), "name": pulumi.String(g.account), "namespace": a.Namespace,
			}},
		},
	}, child, kube.After(role))
	if err != nil {
		return nil, err
	}
	return []pulumi.Resource{binding}, nil
}

// rule takes lists of words.
func rule(group, resources, verbs string) pulumi.Map {
	return pulumi.Map{
		"apiGroups": pulumi.ToStringArray([]string{group}),
		"resources": pulumi.ToStringArray(strings.Fields(resources)), "verbs": pulumi.ToStringArray(strings.Fields(verbs)),
	}
}
