package drift

import (
	"strings"

	"github.com/streamforge/infrastructure/internal/report"
)

// strangeReleases are those in the stack's namespaces that the state does not know.
func (a *Audit) strangeReleases(records map[string][]*release, declared map[string]bool, stock *inventory) (items []report.Item) {
	own := map[string]bool{}
	for _, e := range a.State.objects() {
		own[keyOf(e.object)] = true
	}
	for name, of := range records {
		ns, _, _ := strings.Cut(name, "/")
		if declared[name] || !own[namespaceKey(ns)] {
			continue
		}
		items = append(items, stock.strange(name, of))
		for _, revision := range of {
			stock.foreign[recordKey(revision)] = name
		}
		list, err := children(standing(of), "", true)
		if err != nil {
			a.skip(inCluster, "release %s: %v", name, err)
		}
		for _, e := range list {
			if _, in, err := a.cluster.resource(e.object, ns); err == nil {
				e.object.SetNamespace(in)
				stock.foreign[keyOf(e.object)] = name
			}
		}
	}
	return items
}
