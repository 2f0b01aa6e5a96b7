package gate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/streamforge/infrastructure/internal/charts"
	"github.com/streamforge/infrastructure/internal/report"
)

// Releases compares the objects of Helm releases before and after a change: what plain Pulumi
// shows as one value of a chart.
type Releases struct {
	Kubernetes string // version that templates are rendered for
	// Render is charts.Render, or what a test puts in its place.
	Render func(r charts.Release, kubernetes string, apis ...string) ([]*unstructured.Unstructured, error)
}

// Differences lists the objects that differ, all of them when the release goes, with what else of all
// goes with them. When one side cannot be rendered it says why.
func (r Releases) Differences(c Change, all []Change) (items []report.Item, unchecked string) {
	before, err := r.objects(c.Old.Inputs, c.Gone()) // Helm leaves the definitions of crds/ where they are
	var after map[string]*unstructured.Unstructured
	if err == nil && !c.Gone() {
		after, err = r.objects(c.New.Inputs, false)
	}
	if err == nil {
		return compare(c, before, after, all), ""
	}
	return nil, fmt.Sprintf("release %s: its objects were not compared: %v", c.Name(), err)
}

// objects renders the release that a resource's inputs describe.
func (r Releases) objects(inputs map[string]any, skipCRDs bool) (map[string]*unstructured.Unstructured, error) {
	values, _ := inputs["values"].(map[string]any)
	list, err := r.Render(charts.Release{
		Name: Text(inputs["name"]), Namespace: Text(inputs["namespace"]), Chart: Text(inputs["chart"]),
		Version: Text(inputs["version"]), Repo: Text(dig(inputs, "repositoryOpts", "repo")), Values: values,
		SkipCRDs: skipCRDs || Text(inputs["skipCrds"]) == "true",
	}, r.Kubernetes)
	if err != nil {
		return nil, err
	}
	all := map[string]*unstructured.Unstructured{}
	for _, o := range list {
		all[o.GroupVersionKind().GroupKind().String()+"/"+o.GetNamespace()+"/"+o.GetName()] = o
	}
	return all, nil
}

// compare pairs objects and judges each difference by the rules for resources of its kind.
func compare(release Change, before, after map[string]*unstructured.Unstructured, all []Change) (items []report.Item) {
	keys := slices.Concat(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(after)))
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		was, is := before[key], after[key]
		c := Change{URN: release.URN + "#" + key, Type: "kubernetes:", Op: "update"}
		switch {
		case is == nil:
			c.Op, c.Type = "delete", c.Type+was.GetKind()
			c.Old, c.Retain = State{Inputs: was.Object, Exists: true}, was.GetAnnotations()["helm.sh/resource-policy"] == "keep"
		case was == nil:
			c.Op, c.Type = "create", c.Type+is.GetKind()
		default:
			c.Type += is.GetKind()
			c.Properties = differences(was.Object, is.Object, is.GetKind() == "Secret")
			if len(c.Properties) == 0 {
				continue
			}
		}
		item := report.Item{ID: c.URN, Layer: release.layer(), Kind: c.Kind(), Op: c.Op, Properties: c.Properties, Parent: release.URN}
		item.Name = key[strings.LastIndex(key, "/")+1:]
		item.Danger, item.Reasons = Assess(c)
		follow(&item, c, all)
		items = append(items, item)
	}
	Sort(items)
	return items
}

// noise are properties that differ with every version or every rendering and change nothing that runs.
var noise = []string{
	`metadata.labels["helm.sh/chart"]`, `metadata.labels["app.kubernetes.io/version"]`, `metadata.labels.chart`, `metadata.labels.heritage`,
	"metadata.annotations[\"checksum/", "metadata.annotations[\"rollme",
}

// differences lists the leaves that differ. Values of Secrets are never shown, and generated ones
// (certificates, keys) are left out: they differ every time a chart is rendered.
func differences(before, after map[string]any, secret bool) (all []report.Property) {
	Walk(before, after, func(path string, was, is any) {
		short := strings.TrimPrefix(path, "spec.template.")
		if slices.ContainsFunc(noise, func(n string) bool { return strings.HasPrefix(short, n) }) {
			return
		}
		p := report.Property{Path: path, Before: Text(was), After: Text(is)}
		if generated(path) {
			return
		}
		if secret && (strings.HasPrefix(path, "data") || strings.HasPrefix(path, "stringData")) {
			p.Before, p.After = hidden(was), hidden(is)
		}
		all = append(all, p)
	})
	return all
}

func hidden(v any) string {
	if v == nil {
		return ""
	}
	return report.Masked
}

// generated tells whether a value is made anew by every rendering.
func generated(path string) bool {
	for _, end := range []string{"caBundle", `data["tls.crt"]`, `data["tls.key"]`, `data["ca.crt"]`, `data["ca.key"]`} {
		if strings.HasSuffix(path, end) {
			return true
		}
	}
	return false
}
