package graph_test

import (
	"fmt"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
)

const (
	rbacPrefix = "kubernetes:rbac.authorization.k8s.io/v1:"
	nsType     = "kubernetes:core/v1:Namespace"
	policyType = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
)

// powers are the roles that give everything. The platform has one of its own, for the runner that
// applies the platform itself; it lacks what cluster-admin has beyond objects.
var powers = []string{"cluster-admin", fullAccess}

const fullAccess = "full-access"

// mayAdminister are the accounts, by namespace/name, that may be given one.
var mayAdminister = []string{"gitlab-runner/full-access-sa"}

// administrators: nobody is bound to such a role, in the whole cluster or in a namespace, but the runner.
func administrators(g *Graph) (broken []string) {
	for _, r := range g.All {
		var b rbacv1.ClusterRoleBinding // a RoleBinding has the same fields
		if r.Type != rbacPrefix+"ClusterRoleBinding" && r.Type != rbacPrefix+"RoleBinding" || decodeInto(r, &b) != nil ||
			!slices.Contains(powers, b.RoleRef.Name) {
			continue
		}
		for _, s := range b.Subjects {
			if s.Kind != rbacv1.ServiceAccountKind || !slices.Contains(mayAdminister, s.Namespace+"/"+s.Name) {
				broken = append(broken, fmt.Sprintf("%s makes %s %s/%s an administrator", r.URN, s.Kind, s.Namespace, s.Name))
			}
		}
		if len(b.Subjects) == 0 {
			broken = append(broken, r.URN+" binds "+b.RoleRef.Name+" to subjects that nobody sees here")
		}
	}
	return broken
}

// namedRights: roles of the program's own say what may be done with what.
func namedRights(g *Graph) (broken []string) {
	for _, r := range g.All {
		var role rbacv1.ClusterRole // a Role has the same fields
		if r.Type != rbacPrefix+"ClusterRole" && r.Type != rbacPrefix+"Role" {
			continue
		}
		if err := decodeInto(r, &role); err != nil {
			broken = append(broken, fmt.Sprintf("%s: %v", r.URN, err))
		}
		if role.Name == fullAccess { // whom it may be given to is a property of its own
			continue
		}
		for i, rule := range role.Rules {
			for what, list := range map[string][]string{"verb": rule.Verbs, "resource": rule.Resources, "API group": rule.APIGroups, "URL": rule.NonResourceURLs} {
				if slices.ContainsFunc(list, func(s string) bool { return s == "*" || strings.HasPrefix(s, "*/") }) {
					broken = append(broken, fmt.Sprintf("%s: rule %d names every %s", r.URN, i, what))
				}
			}
		}
		if role.AggregationRule != nil {
			broken = append(broken, r.URN+" takes in rights of roles that nobody sees here")
		}
	}
	return broken
}

// quietAccounts: an account of the program's own hands its token to no pod by itself. A pod that
// needs it asks for it.
func quietAccounts(g *Graph) (broken []string) {
	bound := g.boundAccounts()
	for _, r := range g.All {
		if r.Type != "kubernetes:core/v1:ServiceAccount" {
			continue
		}
		namespace, _ := text(r.Inputs, "metadata.namespace")
		name, _ := text(r.Inputs, "metadata.name")
		if mounts, set := r.At("automountServiceAccountToken").(bool); (!set || mounts) && !bound[namespace+"/"+name] {
			broken = append(broken, fmt.Sprintf("%s hands out a token, though account %s/%s is bound to no role", r.URN, namespace, name))
		}
	}
	for _, r := range g.All { // a pod's own word counts more than its account's
		pod, namespace := podOf(r), ""
		if pod == nil {
			continue
		}
		namespace, _ = text(r.Inputs, "metadata.namespace")
		if mounts := pod.AutomountServiceAccountToken; mounts != nil && *mounts && !bound[namespace+"/"+pod.ServiceAccountName] {
			broken = append(broken, fmt.Sprintf("%s mounts the token of %s/%s, which is bound to no role", r.URN, namespace, pod.ServiceAccountName))
		}
	}
	return broken
}

// podOf is the pod of a workload that the program declares itself, nil of anything else.
func podOf(r Resource) *corev1.PodSpec {
	var o struct {
		Spec struct {
			Template    corev1.PodTemplateSpec
			JobTemplate batchv1.JobTemplateSpec
		}
	}
	if !strings.HasPrefix(r.Type, "kubernetes:apps/v1:") && !strings.HasPrefix(r.Type, "kubernetes:batch/v1:") || decodeInto(r, &o) != nil {
		return nil
	}
	if strings.HasSuffix(r.Type, ":CronJob") {
		return &o.Spec.JobTemplate.Spec.Template.Spec
	}
	return &o.Spec.Template.Spec
}

// boundAccounts are those with rights in the API, by namespace/name.
func (g *Graph) boundAccounts() map[string]bool {
	bound := map[string]bool{}
	for _, r := range g.All {
		var b rbacv1.ClusterRoleBinding
		if !strings.HasPrefix(r.Type, rbacPrefix) || !strings.HasSuffix(r.Type, "Binding") || decodeInto(r, &b) != nil {
			continue
		}
		for _, s := range b.Subjects {
			bound[s.Namespace+"/"+s.Name] = true
		}
	}
	return bound
}

// open are the namespaces without a default-deny policy, and why.
var open = map[string]string{
	"traefik":           "the whole LAN, and the internet for what is published, comes in here on every port it listens on",
	"ingress-nginx":     "likewise, as the fallback of Traefik; the API server calls its webhook",
	"piraeus-datastore": "satellites copy every write of every volume to each other, on ports given out as volumes are made; in the hosts' network, where a policy cannot name them",
}

// closedNamespaces: into a namespace comes only what a policy lets in.
func closedNamespaces(g *Graph) (broken []string) {
	closed := map[string]bool{}
	for _, r := range g.All {
		var p networkingv1.NetworkPolicy
		if r.Type == policyType && decodeInto(r, &p) == nil && len(p.Spec.PodSelector.MatchLabels)+len(p.Spec.PodSelector.MatchExpressions) == 0 &&
			slices.Contains(p.Spec.PolicyTypes, networkingv1.PolicyTypeIngress) && !letsAllIn(p) {
			closed[p.Namespace] = true
		}
	}
	for _, r := range g.All {
		if r.Type != nsType {
			continue
		}
		name, _ := text(r.Inputs, "metadata.name")
		switch _, excused := open[name]; {
		case !closed[name] && !excused:
			broken = append(broken, fmt.Sprintf("%s has no default-deny policy; give it one with kube.DefaultDeny, or a reason in `open`", r.URN))
		case closed[name] && excused:
			broken = append(broken, fmt.Sprintf("%s has a default-deny policy and an excuse for having none", r.URN))
		}
	}
	return broken
}

// letsAllIn tells whether everybody reaches every port.
func letsAllIn(p networkingv1.NetworkPolicy) bool {
	return slices.ContainsFunc(p.Spec.Ingress, func(r networkingv1.NetworkPolicyIngressRule) bool {
		return len(r.From) == 0 && len(r.Ports) == 0
	})
}
