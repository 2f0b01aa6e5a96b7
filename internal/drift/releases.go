package drift

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	helm "helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/storage/driver"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/streamforge/infrastructure/internal/charts"
	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/report"
)

// release is one revision of a Helm release as its record tells it.
type release = helm.Release

// records reads the records of every release, newest last, by namespace/name.
func (c *cluster) records() (map[string][]*release, error) {
	d := driver.NewSecrets(c.typed.CoreV1().Secrets(""))
	list, err := d.List(func(*release) bool { return true })
	if err != nil {
		return nil, fmt.Errorf("records of Helm releases: %w", err)
	}
	all := map[string][]*release{}
	for _, r := range list {
		all[r.Namespace+"/"+r.Name] = append(all[r.Namespace+"/"+r.Name], r)
	}
	for _, of := range all {
		slices.SortFunc(of, func(a, b *release) int { return cmp.Compare(a.Version, b.Version) })
	}
	return all, nil
}

// standing is the revision whose objects should be there: the latest that was deployed, else the latest.
func standing(of []*release) *release {
	for _, r := range slices.Backward(of) {
		if r.Info != nil && r.Info.Status == helm.StatusDeployed {
			return r
		}
	}
	return of[len(of)-1]
}

// releaseName is namespace/name of a release of the state.
func releaseName(r resource) string {
	return gate.Text(r.Inputs["namespace"]) + "/" + gate.Text(r.Inputs["name"])
}

// record compares the newest record of a release with the state.
func (a *Audit) record(r resource, of []*release) []report.Item {
	item := report.Item{ID: r.URN, Layer: engine.LayerOf(r.URN), Kind: "Release", Name: releaseName(r), Op: Edited}
	change := gate.Change{URN: r.URN, Type: releaseType, Op: "update"}
	if len(of) == 0 {
		item.Op, item.Manager, change.Op = Missing, unknownManager, "delete"
		item.Danger, item.Reasons = gate.Assess(change)
		item.Reasons = append(item.Reasons, "there is no readable record of it")
		item.Hint = "`streamforge refresh -s " + a.Stack + " --accept` and `streamforge up -s " + a.Stack + "` install it again"
		return []report.Item{item}
	}
	last := of[len(of)-1]
	status, _ := r.Outputs["status"].(map[string]any)
	add := func(path string, want, have any) {
		if gate.Text(want) != gate.Text(have) {
			item.Properties = append(item.Properties, a.State.secrets.property("Release", path, want, have))
		}
	}
	if last.Info != nil {
		add("status", string(helm.StatusDeployed), string(last.Info.Status))
	}
	add("revision", status["revision"], last.Version)
	if last.Chart != nil && last.Chart.Metadata != nil {
		add("chart", status["chart"], last.Chart.Metadata.Name)
		add("version", status["version"], last.Chart.Metadata.Version)
	}
	want, _ := r.Inputs["values"].(map[string]any)
	gate.Walk(valuesOf(want), valuesOf(last.Config), add)
	if len(item.Properties) == 0 {
		return nil
	}
	item.Manager, item.Hint = unknownManager, fmt.Sprintf(
		"`helm history %s -n %s` tells what was done; `streamforge refresh -s %s --accept` and `streamforge up -s %s` set it back", last.Name, last.Namespace, a.Stack, a.Stack)
	if who := latest(owners(a.cluster.secretOf(last))); who != nil {
		item.Manager, item.When = who.manager, who.when
	}
	change.Properties = item.Properties
	item.Danger, item.Reasons = gate.Assess(change)
	return []report.Item{item}
}

// valuesOf gives a chart's values under the name that a release has for them; none are as an empty map.
func valuesOf(m map[string]any) map[string]any {
	if m == nil {
		m = map[string]any{}
	}
	return map[string]any{"values": dense(m)}
}

// remember marks the objects that the state knows a release has, for one whose record is gone.
func remember(r resource, managed map[string]bool) {
	names, _ := r.Outputs["resourceNames"].(map[string]any)
	for kind, list := range names {
		kind, _, _ = strings.Cut(kind, "/") // Kind.group/group/version
		gk := schema.ParseGroupKind(kind)
		objects, _ := list.([]any)
		for _, o := range objects {
			ns, name, namespaced := strings.Cut(gate.Text(o), "/")
			if !namespaced {
				ns, name = "", ns
			}
			managed[key(gk, ns, name)] = true
		}
	}
}

// recordKey is where Helm keeps a revision.
func recordKey(r *release) string {
	return key(schema.GroupKind{Kind: "Secret"}, r.Namespace, "sh.helm.release.v1."+r.Name+".v"+strconv.Itoa(r.Version))
}

func (c *cluster) secretOf(r *release) *unstructured.Unstructured {
	if found := c.all[recordKey(r)]; found != nil {
		return found
	}
	return &unstructured.Unstructured{}
}

// children are the objects that a release declares, with the definitions that came with its chart.
func children(r *release, urn string, skipCRDs bool) (all []expectation, err error) {
	objects, err := charts.Objects(r.Manifest)
	if err != nil {
		return nil, err
	}
	if r.Chart != nil && !skipCRDs {
		for _, file := range r.Chart.CRDObjects() {
			more, err := charts.Objects(string(file.File.Data))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file.Name, err)
			}
			objects = append(objects, more...)
		}
	}
	for _, o := range objects {
		all = append(all, expectation{id: urn + "#" + keyOf(o), urn: urn, object: o, release: r})
	}
	return all, nil
}

// hooks are objects that a release makes and does not keep; they may still be there.
func hooks(r *release) (all []*unstructured.Unstructured) {
	for _, h := range r.Hooks {
		o := &unstructured.Unstructured{}
		if yaml.NewYAMLOrJSONDecoder(bytes.NewReader([]byte(h.Manifest)), 4096).Decode(&o.Object) == nil && len(o.Object) > 0 {
			all = append(all, o)
		}
	}
	return all
}
