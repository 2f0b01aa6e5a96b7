package argocd

import (
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

const (
	// root is the name of the repository and of the Application that holds all others.
	root   = "iac-kubeadm"
	server = "https://kubernetes.default.svc"
	group  = "argoproj.io"
)

// kinds are what an application of the repository may consist of, by API group. Roles are not
// among them: who may do what in the cluster is not decided there. Neither are namespaces, which
// belong to the program with their security standard.
var kinds = map[string]string{
	"":                          "ConfigMap PersistentVolumeClaim Secret Service ServiceAccount",
	"apps":                      "Deployment StatefulSet",
	"autoscaling":               "HorizontalPodAutoscaler",
	"batch":                     "CronJob Job",
	"cert-manager.io":           "Certificate",
	"gateway.networking.k8s.io": "Gateway HTTPRoute",
	"keda.sh":                   "ScaledObject TriggerAuthentication",
	"monitoring.coreos.com":     "PodMonitor PrometheusRule ServiceMonitor",
	"networking.k8s.io":         "Ingress NetworkPolicy",
	"policy":                    "PodDisruptionBudget",
}

// project is one AppProject.
type project struct {
	name, about string
	sources     []string
	namespaces  []pulumi.StringInput
	kinds       map[string]string
}

// applications declares who may put what where, and the Application that brings all others.
// Argo CD's own project "default" allows everything; it is emptied, because an Application of the
// repository chooses its project itself.
func (c *ArgoCD) applications(ctx *pulumi.Context, name string, a Args, release pulumi.Resource) ([]pulumi.Resource, error) {
	child := pulumi.Parent(c)
	sources := []string{a.Repository.URL}
	var projects []pulumi.Resource
	for _, p := range []project{
		{name: "default", about: "Nothing: every application names its project."},
		{"root", "The list of applications.", sources, []pulumi.StringInput{a.Namespace}, map[string]string{group: "Application"}},
		{Project, "Services of the platform.", sources, a.Namespaces, kinds},
	} {
		made, err := kube.Apply(ctx, name+"-project-"+p.name, kube.Object{
			Kind: kube.Kind{APIVersion: group + "/v1alpha1", Kind: "AppProject"}, Name: p.name,
			Namespace: a.Namespace.ToStringOutput().ToStringPtrOutput(), Annotations: takeOver(p.name), Spec: p.spec(),
		}, child, kube.After(release))
		if err != nil {
			return nil, err
		}
		projects = append(projects, made)
	}
	application, err := kube.Apply(ctx, name+"-root", kube.Object{
		Kind: kube.Kind{APIVersion: group + "/v1alpha1", Kind: "Application"}, Name: root,
		Namespace: a.Namespace.ToStringOutput().ToStringPtrOutput(), Spec: rootSpec(a),
	}, child, kube.After(projects...))
	if err != nil {
		return nil, err
	}
	return append(projects, application), nil
}

// takeOver wins the fields of the project that Argo CD makes at its first start.
func takeOver(project string) pulumi.StringMap {
	if project != "default" {
		return nil
	}
	return pulumi.StringMap{"pulumi.com/patchForce": pulumi.String("true")}
}

func (p project) spec() pulumi.Map {
	destinations, allowed := pulumi.Array{}, pulumi.Array{}
	for _, n := range p.namespaces {
		destinations = append(destinations, pulumi.Map{"server": pulumi.String(server), "namespace": n})
	}
	for _, g := range slices.Sorted(maps.Keys(p.kinds)) {
		for _, kind := range strings.Fields(p.kinds[g]) {
			allowed = append(allowed, pulumi.Map{"group": pulumi.String(g), "kind": pulumi.String(kind)})
		}
	}
	return pulumi.Map{
		"description": pulumi.String(p.about), "sourceRepos": pulumi.ToStringArray(p.sources), "destinations": destinations,
		"clusterResourceWhitelist": pulumi.Array{}, "namespaceResourceWhitelist": allowed,
	}
}

func rootSpec(a Args) pulumi.Map {
	return pulumi.Map{
		"project": pulumi.String("root"),
		"source": pulumi.Map{
			"repoURL": pulumi.String(a.Repository.URL), "targetRevision": pulumi.String(a.Repository.Revision),
			"path": pulumi.String(a.Repository.Path), "directory": pulumi.Map{"recurse": pulumi.Bool(true)},
		},
		"destination": pulumi.Map{"server": pulumi.String(server), "namespace": a.Namespace},
		"syncPolicy": pulumi.Map{
			"automated":   pulumi.Map{"prune": pulumi.Bool(true), "selfHeal": pulumi.Bool(true)},
			"syncOptions": pulumi.ToStringArray([]string{"ServerSideApply=true"}),
		},
	}
}
