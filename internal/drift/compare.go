package drift

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
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
	blind := a.cluster.blind(e.object.GroupVersionKind().GroupKind())
	if meta.IsNoMatchError(err) && !blind {
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
	case live == nil && blind:
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

// clusterLayer stands for what belongs to no resource of the state.
const clusterLayer = "(cluster)"

func layer(urn string) string {
	if urn == clusterLayer {
		return urn
	}
	return engine.LayerOf(urn)
}
