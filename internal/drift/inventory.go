package drift

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/streamforge/infrastructure/internal/report"
)

// inventory looks for objects in the stack's namespaces that nobody manages.
type inventory struct {
	audit   *Audit
	managed map[string]bool   // keys of what is declared
	foreign map[string]string // keys of objects that belong to a release which nobody declares, to its name
	verdict map[string]bool
}

// count walks through the stack's namespaces.
func (v *inventory) count() (items []report.Item, managed, total int) {
	owned := map[string]bool{}
	for _, e := range v.audit.State.objects() {
		if e.object.GetKind() == "Namespace" {
			owned[e.object.GetName()] = true
		}
	}
	for k, o := range v.audit.cluster.all {
		if !owned[o.GetNamespace()] || o.GetKind() == "Lease" {
			continue
		}
		total++
		if v.isManaged(k, o) {
			managed++
			items = append(items, v.touched(k, o)...)
		} else if len(o.GetOwnerReferences()) == 0 && v.foreign[k] == "" {
			items = append(items, v.item(k, o))
		}
	}
	return items, managed, total
}

// isManaged tells whether an object is declared, made by a controller, or part of one that is.
func (v *inventory) isManaged(k string, o *unstructured.Unstructured) bool {
	if known, ok := v.verdict[k]; ok {
		return known
	}
	v.verdict[k] = false // an object that owns itself has no other support
	v.verdict[k] = v.supported(k, o)
	return v.verdict[k]
}

func (v *inventory) supported(k string, o *unstructured.Unstructured) bool {
	if v.managed[k] || givenByKubernetes(o.GetKind(), o.GetName()) {
		return true
	}
	if v.foreign[k] != "" {
		return false
	}
	if refs := o.GetOwnerReferences(); len(refs) > 0 {
		for _, ref := range refs {
			owner := v.audit.cluster.byUID[ref.UID]
			if owner == nil || owner.GetNamespace() == "" || v.isManaged(keyOf(owner), owner) {
				return true // an owner that is gone takes it along
			}
		}
		return false
	}
	if strings.HasPrefix(o.GetName(), "sh.helm.release.v1.") || o.GetKind() == "Secret" && gvkType(o) == "kubernetes.io/service-account-token" {
		return v.managed[k] || gvkType(o) == "kubernetes.io/service-account-token"
	}
	made := owners(o)
	return len(made) > 0 && !slices.ContainsFunc(made, func(w owner) bool { return !v.audit.known.controls(w.manager) })
}

func gvkType(o *unstructured.Unstructured) string {
	t, _, _ := unstructured.NestedString(o.Object, "type")
	return t
}

// opening are kinds by which somebody gets rights or ways in.
var opening = []string{"Secret", "ServiceAccount", "Role", "RoleBinding", "NetworkPolicy", "Ingress", "HTTPRoute", "TLSRoute", "TCPRoute", "Gateway", "Service"}

// working are kinds that use the cluster's machines.
var working = []string{"Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "PersistentVolumeClaim"}

func (v *inventory) item(k string, o *unstructured.Unstructured) report.Item {
	item := report.Item{
		ID: "cluster#" + k, Layer: clusterLayer, Kind: o.GetKind(), Name: title(o.GetNamespace(), o.GetName()), Op: Unmanaged,
		Danger: report.Cosmetic, Manager: unknownManager,
		Hint: fmt.Sprintf("`kubectl -n %s delete %s %s`; if it is meant, declare it", o.GetNamespace(), strings.ToLower(o.GetKind()), o.GetName()),
	}
	if made := o.GetCreationTimestamp(); !made.IsZero() {
		at := made.UTC()
		item.When = &at
	}
	if who := first(owners(o)); who != nil {
		item.Manager = who.manager
	}
	switch {
	case slices.Contains(opening, o.GetKind()):
		item.Danger = report.Access
	case slices.Contains(working, o.GetKind()):
		item.Danger = report.Capacity
	}
	item.Reasons = []string{"it is neither in the state, nor part of a release, nor made by a controller"}
	return item
}

// touched are fields that somebody set by hand on an object that a controller made.
func (v *inventory) touched(k string, o *unstructured.Unstructured) []report.Item {
	if v.managed[k] || givenByKubernetes(o.GetKind(), o.GetName()) || strings.HasPrefix(o.GetName(), "sh.helm.release.v1.") {
		return nil
	}
	e := expectation{id: "cluster#" + k, urn: clusterLayer, object: o}
	nothing := &unstructured.Unstructured{Object: map[string]any{}}
	items := v.audit.findings(e, o.GetNamespace(), nothing, o, nil)
	for i := range items {
		items[i].Reasons = append(items[i].Reasons, "the object itself is made by a controller")
	}
	return items
}

// first gives the owner who wrote first.
func first(all []owner) *owner {
	var oldest *owner
	for i, o := range all {
		if oldest == nil || o.when != nil && oldest.when != nil && o.when.Before(*oldest.when) {
			oldest = &all[i]
		}
	}
	return oldest
}

// strange is the finding about a release that nobody declares.
func (v *inventory) strange(name string, of []*release) report.Item {
	last := of[len(of)-1]
	item := report.Item{
		ID: "cluster#Release/" + name, Layer: clusterLayer, Kind: "Release", Name: name, Op: Unmanaged, Danger: report.Capacity,
		Manager: unknownManager, Reasons: []string{"a Helm release in a namespace of the stack that is not in the state"},
		Hint: fmt.Sprintf("`helm uninstall %s -n %s`; if it is meant, declare it", last.Name, last.Namespace),
	}
	if who := latest(owners(v.audit.cluster.secretOf(last))); who != nil {
		item.Manager, item.When = who.manager, who.when
	}
	return item
}

func namespaceKey(name string) string { return key(schema.GroupKind{Kind: "Namespace"}, "", name) }
