package drift

import (
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/report"
)

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
