package graph_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// workload is what the program declares itself, of whichever kind; charts' own are not seen here.
type workload struct {
	name, namespace string
	replicas        int // 0 for what runs to its end
	pod             corev1.PodTemplateSpec
}

// excused are workloads that cannot keep a promise, and why.
var excused = map[string]string{
	"is not root/technitium":            "the image has no user of its own and binds port 53",
	"cannot write its image/technitium": "the server unpacks its applications beside itself",
}

// hardened are the promises about every workload of the program's own.
var hardened = map[string]func(g *Graph, w workload) string{
	"is probed":                     probed,
	"is not root":                   notRoot,
	"cannot write its image":        readOnly,
	"has a seccomp profile":         seccomp,
	"has no capabilities":           dropped,
	"survives a drained node":       disruptable,
	"is spread":                     spread,
	"is closed but to its clients":  guardedByPolicy,
	"mounts no token it never uses": tokenless,
}

func TestWorkloads(t *testing.T) {
	used := map[string]bool{}
	for _, stack := range []string{"homelab", "sandbox"} {
		g := whole(t, stack)
		all := g.workloads(t)
		require.GreaterOrEqual(t, len(all), 6)
		for promise, broken := range hardened {
			for _, w := range all {
				excuse := promise + "/" + w.name
				if _, ok := excused[excuse]; ok {
					used[excuse] = true
					continue
				}
				if why := broken(g, w); why != "" {
					t.Errorf("%s: %s/%s %s: %s", stack, w.namespace, w.name, promise, why)
				}
			}
		}
	}
	for excuse := range excused {
		require.True(t, used[excuse], "nothing needs the excuse %q any more", excuse)
	}
}

// TestWorkloadPromisesCanBreak: a bare workload of two replicas keeps none of them.
func TestWorkloadPromisesCanBreak(t *testing.T) {
	bare := workload{name: "bare", namespace: "default", replicas: 2, pod: corev1.PodTemplateSpec{
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "main"}}},
	}}
	for promise, broken := range hardened {
		require.NotEmpty(t, broken(&Graph{}, bare), promise)
	}
}

// workloads lists every pod template that the program registers.
func (g *Graph) workloads(t *testing.T) (all []workload) {
	t.Helper()
	for _, r := range g.All {
		var o struct {
			Metadata metav1.ObjectMeta
			Spec     struct {
				Replicas    *int
				Template    corev1.PodTemplateSpec
				JobTemplate struct {
					Spec struct{ Template corev1.PodTemplateSpec }
				}
			}
		}
		if !strings.HasPrefix(r.Type, "kubernetes:apps/v1:") && !strings.HasPrefix(r.Type, "kubernetes:batch/v1:") {
			continue
		}
		require.NoError(t, decodeInto(r, &o), r.URN)
		w := workload{name: o.Metadata.Name, namespace: o.Metadata.Namespace, pod: o.Spec.Template}
		switch {
		case strings.HasSuffix(r.Type, ":CronJob"):
			w.pod = o.Spec.JobTemplate.Spec.Template
		case strings.HasPrefix(r.Type, "kubernetes:apps/"):
			w.replicas = 1
			if o.Spec.Replicas != nil {
				w.replicas = *o.Spec.Replicas
			}
		}
		require.NotEmpty(t, w.pod.Spec.Containers, r.URN)
		all = append(all, w)
	}
	return all
}

func decodeInto(r Resource, into any) error {
	raw, err := json.Marshal(r.Values())
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// each looks for the first container of which broken says something.
func (w workload) each(broken func(c corev1.Container) string) string {
	for _, c := range slices.Concat(w.pod.Spec.InitContainers, w.pod.Spec.Containers) {
		if why := broken(c); why != "" {
			return "container " + c.Name + " " + why
		}
	}
	return ""
}

func probed(_ *Graph, w workload) string {
	if w.replicas == 0 {
		return ""
	}
	for _, c := range w.pod.Spec.Containers {
		if c.ReadinessProbe == nil || c.LivenessProbe == nil {
			return "container " + c.Name + " has no readiness or no liveness probe"
		}
	}
	return ""
}

func notRoot(_ *Graph, w workload) string {
	return w.each(func(c corev1.Container) string {
		own, pod := c.SecurityContext, w.pod.Spec.SecurityContext
		if own != nil && own.RunAsNonRoot != nil && *own.RunAsNonRoot ||
			pod != nil && pod.RunAsNonRoot != nil && *pod.RunAsNonRoot {
			return ""
		}
		return "may run as root"
	})
}

func readOnly(_ *Graph, w workload) string {
	return w.each(func(c corev1.Container) string {
		if s := c.SecurityContext; s != nil && s.ReadOnlyRootFilesystem != nil && *s.ReadOnlyRootFilesystem {
			return ""
		}
		return "has a writable root file system"
	})
}

func seccomp(_ *Graph, w workload) string {
	return w.each(func(c corev1.Container) string {
		for _, p := range []*corev1.SeccompProfile{podProfile(w), containerProfile(c)} {
			if p != nil && p.Type == corev1.SeccompProfileTypeRuntimeDefault {
				return ""
			}
		}
		return "runs without RuntimeDefault"
	})
}

func podProfile(w workload) *corev1.SeccompProfile {
	if w.pod.Spec.SecurityContext == nil {
		return nil
	}
	return w.pod.Spec.SecurityContext.SeccompProfile
}

func containerProfile(c corev1.Container) *corev1.SeccompProfile {
	if c.SecurityContext == nil {
		return nil
	}
	return c.SecurityContext.SeccompProfile
}

func dropped(_ *Graph, w workload) string {
	return w.each(func(c corev1.Container) string {
		if s := c.SecurityContext; s != nil && s.Capabilities != nil && slices.Contains(s.Capabilities.Drop, "ALL") {
			return ""
		}
		return "does not drop ALL capabilities"
	})
}

func disruptable(g *Graph, w workload) string {
	if w.replicas < 2 {
		return ""
	}
	for _, r := range g.All {
		var pdb policyv1.PodDisruptionBudget
		if r.Type == "kubernetes:policy/v1:PodDisruptionBudget" && decodeInto(r, &pdb) == nil &&
			pdb.Namespace == w.namespace && selects(pdb.Spec.Selector, w) {
			return ""
		}
	}
	return "no PodDisruptionBudget selects it"
}

func spread(_ *Graph, w workload) string {
	affinity := w.pod.Spec.Affinity
	if w.replicas < 2 || len(w.pod.Spec.TopologySpreadConstraints) > 0 || affinity != nil && affinity.PodAntiAffinity != nil {
		return ""
	}
	return "its replicas may share a node"
}

// guardedByPolicy: some policy governs who reaches the pods, and leaves nobody unnamed.
func guardedByPolicy(g *Graph, w workload) string {
	found := false
	for _, r := range g.All {
		var p networkingv1.NetworkPolicy
		if r.Type != "kubernetes:networking.k8s.io/v1:NetworkPolicy" || decodeInto(r, &p) != nil ||
			p.Namespace != w.namespace || !selects(&p.Spec.PodSelector, w) {
			continue
		}
		found = true
		for _, rule := range p.Spec.Ingress {
			if len(rule.From) == 0 && !public(rule) {
				return fmt.Sprintf("policy %s lets everybody in", p.Name)
			}
		}
	}
	if !found {
		return "no NetworkPolicy selects it"
	}
	return ""
}

// public ports are there for the whole LAN: a name server answers everybody.
func public(rule networkingv1.NetworkPolicyIngressRule) bool {
	return len(rule.Ports) > 0 && !slices.ContainsFunc(rule.Ports, func(p networkingv1.NetworkPolicyPort) bool {
		return p.Port == nil || p.Port.String() != "53" && p.Port.String() != "dns" && p.Port.String() != "dns-tcp"
	})
}

// tokenless: nothing of ours talks to the API server unless it names an account of its own.
func tokenless(_ *Graph, w workload) string {
	mounted := w.pod.Spec.AutomountServiceAccountToken
	if mounted != nil && !*mounted || w.pod.Spec.ServiceAccountName != "" {
		return ""
	}
	return "mounts the token of the default account"
}

func selects(s *metav1.LabelSelector, w workload) bool {
	selector, err := metav1.LabelSelectorAsSelector(s)
	return err == nil && selector.Matches(labels.Set(w.pod.Labels))
}
