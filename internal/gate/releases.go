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

// Differences lists the objects that differ. When one side cannot be rendered it says why.
func (r Releases) Differences(c Change) (items []report.Item, unchecked string) {
	before, err := r.objects(c.Old.Inputs)
	if err == nil {
		var after map[string]*unstructured.Unstructured
		if after, err = r.objects(c.New.Inputs); err == nil {
			return compare(c, before, after), ""
		}
	}
	return nil, fmt.Sprintf("release %s: its objects were not compared: %v", c.Name(), err)
}

// objects renders the release that a resource's inputs describe.
func (r Releases) objects(inputs map[string]any) (map[string]*unstructured.Unstructured, error) {
	values, _ := inputs["values"].(map[string]any)
	list, err := r.Render(charts.Release{
		Name: text(inputs["name"]), Namespace: text(inputs["namespace"]), Chart: text(inputs["chart"]),
		Version: text(inputs["version"]), Repo: text(dig(inputs, "repositoryOpts", "repo")), Values: values,
		SkipCRDs: text(inputs["skipCrds"]) == "true",
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
func compare(release Change, before, after map[string]*unstructured.Unstructured) (items []report.Item) {
	keys := slices.Concat(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(after)))
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		was, is := before[key], after[key]
		c := Change{URN: release.URN + "#" + key, Type: "kubernetes:", Op: "update"}
		switch {
		case is == nil:
			c.Op, c.Type = "delete", c.Type+was.GetKind()
			c.Old = State{Inputs: was.Object, Exists: true}
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
		item.Danger, item.Reasons = assess(c)
		items = append(items, item)
	}
	sortItems(items)
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
	walk("", before, after, func(path string, was, is any) {
		short := strings.TrimPrefix(path, "spec.template.")
		if slices.ContainsFunc(noise, func(n string) bool { return strings.HasPrefix(short, n) }) {
			return
		}
		p := report.Property{Path: path, Before: text(was), After: text(is)}
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

// walk calls leaf for every value that differs, lists of objects with names paired by name.
func walk(path string, was, is any, leaf func(path string, was, is any)) {
	a, mapA := was.(map[string]any)
	b, mapB := is.(map[string]any)
	if mapA && mapB {
		keys := slices.Concat(slices.Collect(maps.Keys(a)), slices.Collect(maps.Keys(b)))
		slices.Sort(keys)
		for _, k := range slices.Compact(keys) {
			walk(join(path, k), a[k], b[k], leaf)
		}
		return
	}
	la, listA := was.([]any)
	lb, listB := is.([]any)
	if listA && listB {
		na, nb := named(la), named(lb)
		if na != nil && nb != nil {
			walk(path, na, nb, leaf)
			return
		}
		for i := range max(len(la), len(lb)) {
			var x, y any
			if i < len(la) {
				x = la[i]
			}
			if i < len(lb) {
				y = lb[i]
			}
			walk(fmt.Sprintf("%s[%d]", path, i), x, y, leaf)
		}
		return
	}
	if text(was) != text(is) {
		leaf(path, was, is)
	}
}

// named turns a list of objects that all have a name of their own into a map; nil when they have not.
func named(list []any) map[string]any {
	all := map[string]any{}
	for _, x := range list {
		o, _ := x.(map[string]any)
		name, _ := o["name"].(string)
		if name == "" || all[name] != nil {
			return nil
		}
		all[name] = o
	}
	return all
}

func join(path, key string) string {
	if strings.ContainsAny(key, ".[]\"/") {
		return fmt.Sprintf("%s[%q]", path, key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}
