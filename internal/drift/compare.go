package drift

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	quantity "k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/report"
)

// Operations of a finding.
const (
	Edited    = "edited"    // a declared value is another one
	Extra     = "extra"     // somebody added a value that nothing declares
	Missing   = "missing"   // it is declared and not there
	Unmanaged = "unmanaged" // it is there and nobody manages it
)

// unknownManager stands where the world keeps no record of who did it.
const unknownManager = "unknown"

// expectation is an object as somebody declared it.
type expectation struct {
	id      string // of a finding about it
	urn     string // of the resource that it is, or of the release that it belongs to
	object  *unstructured.Unstructured
	manager string   // its own field manager; empty means the release's
	release *release // nil for objects of the state
}

// compared is what came of one comparison.
type compared struct {
	items   []report.Item
	key     string // of the object; empty when its kind is not known to the server
	problem string // why it could not be compared
}

// compare looks for differences between an object and what was declared.
func (a *Audit) compare(ctx context.Context, e expectation) compared {
	at, ns, err := a.cluster.resource(e.object, e.namespace())
	if meta.IsNoMatchError(err) {
		return compared{items: []report.Item{a.missing(e, e.object.GetNamespace(), "the cluster does not know its kind")}}
	} else if err != nil {
		return compared{problem: fmt.Sprintf("%s %s: %v", e.object.GetKind(), e.object.GetName(), err)}
	}
	want := declared(e.object)
	want.SetNamespace(ns)
	out := compared{key: keyOf(want)}
	live, err := a.cluster.live(ctx, at, want)
	switch {
	case err != nil:
		out.problem = fmt.Sprintf("%s %s: %v", want.GetKind(), want.GetName(), err)
	case live == nil && a.cluster.blind(want.GroupVersionKind().GroupKind()):
		out.problem = fmt.Sprintf("%s %s: objects of its kind could not be listed", want.GetKind(), want.GetName())
	case live == nil:
		out.items = []report.Item{a.missing(e, ns, "it was deleted")}
	default:
		var different []difference
		lacks("", want.Object, live.Object, func(path string, was, is any) { different = append(different, difference{path, was, is}) })
		if len(different) > 0 {
			dry, err := a.cluster.applied(ctx, at, want)
			if err == nil {
				different = nil
				gate.Walk(bare(dry), bare(live), func(path string, was, is any) { different = append(different, difference{path, was, is}) })
			} else if apierrors.IsForbidden(err) {
				a.warn("dry runs are forbidden: values were compared as they are written, not as the server reads them")
			}
		}
		out.items = a.findings(e, ns, want, live, different)
	}
	return out
}

// difference is a value that is not as declared.
type difference struct {
	path    string
	was, is any
}

func (e expectation) namespace() string {
	if e.release != nil {
		return e.release.Namespace
	}
	return ""
}

// declared is a copy of an object in the form in which it is applied: no nulls, no text for the server
// to encode.
func declared(o *unstructured.Unstructured) *unstructured.Unstructured {
	content, _ := dense(o.Object).(map[string]any)
	delete(content, "status")
	if texts, ok := content["stringData"].(map[string]any); ok && o.GetKind() == "Secret" {
		data, _ := content["data"].(map[string]any)
		all := map[string]any{}
		maps.Copy(all, data)
		for k, v := range texts {
			all[k] = base64.StdEncoding.EncodeToString([]byte(gate.Text(v)))
		}
		content["data"] = all
		delete(content, "stringData")
	}
	return &unstructured.Unstructured{Object: content}
}

func dense(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			if x != nil {
				out[k] = dense(x)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = dense(x)
		}
		return out
	case int:
		return int64(v)
	case float64:
		if v == float64(int64(v)) {
			return int64(v)
		}
	}
	return v
}

// bare is an object without what the server keeps about it.
func bare(o *unstructured.Unstructured) map[string]any {
	content := maps.Clone(o.Object)
	delete(content, "status")
	about, _ := content["metadata"].(map[string]any)
	about = maps.Clone(about)
	for _, k := range []string{"managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"} {
		delete(about, k)
	}
	content["metadata"] = about
	return content
}

// lacks calls leaf for every declared value that is not there, or is another one.
func lacks(path string, want, have any, leaf func(path string, was, is any)) {
	switch w := want.(type) {
	case map[string]any:
		h, isMap := have.(map[string]any)
		if !isMap && len(w) > 0 {
			leaf(path, want, have)
			return
		}
		for k, v := range w {
			lacks(gate.Join(path, k), v, h[k], leaf)
		}
	case []any:
		h, _ := have.([]any)
		if len(w) != len(h) {
			leaf(path, want, have)
			return
		}
		for i, v := range w {
			lacks(element(path, w, i), v, h[i], leaf)
		}
	default:
		if was, is := gate.Text(want), gate.Text(have); was != is && !sameAmount(was, is) {
			leaf(path, want, have)
		}
	}
}

// sameAmount tells whether two texts are the same quantity, as 1000m and 1 are.
func sameAmount(a, b string) bool {
	x, errX := quantity.ParseQuantity(a)
	y, errY := quantity.ParseQuantity(b)
	return errX == nil && errY == nil && x.Cmp(y) == 0
}

// missing is the finding about an object that is not there.
func (a *Audit) missing(e expectation, ns, why string) report.Item {
	item := report.Item{
		ID: e.id, Layer: layer(e.urn), Kind: e.object.GetKind(), Name: title(ns, e.object.GetName()), Op: Missing,
		Manager: unknownManager, Hint: e.restore(a.Stack),
	}
	item.Danger, item.Reasons = gate.Assess(gate.Change{URN: e.id, Type: "kubernetes:" + item.Kind, Op: "delete"})
	item.Reasons = append(item.Reasons, why+"; who did it stands only in the API server's audit log")
	return item
}

func title(ns, name string) string {
	if ns == "" {
		return name
	}
	return ns + "/" + name
}

// restore says how a declared object comes back.
func (e expectation) restore(stack string) string {
	if e.release != nil {
		return fmt.Sprintf("`helm rollback %s %d -n %s` sets it right; then `streamforge refresh -s %s --accept` takes the new revision over",
			e.release.Name, e.release.Version, e.release.Namespace, stack)
	}
	return fmt.Sprintf("`streamforge refresh -s %s --accept` and `streamforge up -s %s` set it right; if it is meant, write it into the program", stack, stack)
}

// findings groups what differs by who did it.
func (a *Audit) findings(e expectation, ns string, want, live *unstructured.Unstructured, different []difference) (items []report.Item) {
	all := owners(live)
	g := group{audit: a, e: e, ns: ns, live: live, by: map[string]*report.Item{}}
	for _, d := range different {
		if ignoredField(d.path) {
			continue
		}
		who := latest(whoOwns(all, d.path))
		if who != nil && e.foreign(who.manager) && a.known.controls(who.manager) || generated(d.path, a.known, all) {
			continue
		}
		if who == nil { // a value that was taken away has no owner: who else wrote to the object?
			who = latest(a.strangers(e, all))
		}
		g.add(Edited, d, who)
	}
	for _, o := range a.strangers(e, all) {
		if !ignoredField(o.path) && !g.covers(o.path) && !stands(want, o.path) {
			g.add(Extra, difference{o.path, nil, o.value}, &o)
		}
	}
	for _, manager := range g.order {
		items = append(items, g.finish(manager))
	}
	return items
}

// strangers are the owners who are neither the declarer nor a controller.
func (a *Audit) strangers(e expectation, all []owner) (some []owner) {
	for _, o := range all {
		if e.foreign(o.manager) && !a.known.controls(o.manager) {
			some = append(some, o)
		}
	}
	return some
}

// foreign tells whether a field manager is not the one that declared the object.
func (e expectation) foreign(manager string) bool {
	if e.release != nil {
		return manager != releaseManager && !strings.HasPrefix(manager, nativeManager)
	}
	return manager != e.manager && !strings.HasPrefix(manager, nativeManager) && manager != releaseManager
}

// stands tells whether something is declared at a path, above or below it.
func stands(want *unstructured.Unstructured, path string) (found bool) {
	flatten("", want.Object, func(declared string) {
		found = found || within(declared, path) || within(path, declared)
	})
	return found
}

func flatten(path string, v any, leaf func(string)) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			flatten(gate.Join(path, k), x, leaf)
		}
		if len(v) > 0 {
			return
		}
	case []any:
		for i, x := range v {
			flatten(element(path, v, i), x, leaf)
		}
		if len(v) > 0 {
			return
		}
	}
	if v != nil && path != "" {
		if m, ok := v.(map[string]any); ok && len(m) == 0 {
			return // an empty map declares nothing of what others put into it
		}
		leaf(path)
	}
}

// clusterLayer stands for what belongs to no resource of the state.
const clusterLayer = "(cluster)"

func layer(urn string) string {
	if urn == clusterLayer {
		return urn
	}
	return engine.LayerOf(urn)
}
