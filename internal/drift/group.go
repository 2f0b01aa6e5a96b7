package drift

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/report"
)

// group makes one finding for each manager that changed an object.
type group struct {
	audit *Audit
	e     expectation
	ns    string
	live  *unstructured.Unstructured
	by    map[string]*report.Item
	order []string
}

func (g *group) add(op string, d difference, who *owner) {
	manager := unknownManager
	if who != nil {
		manager = who.manager
	}
	item := g.by[manager]
	if item == nil {
		item = &report.Item{
			ID: g.e.id + "@" + manager, Layer: layer(g.e.urn), Kind: g.live.GetKind(),
			Name: title(g.ns, g.live.GetName()), Op: op, Manager: manager,
		}
		g.by[manager], g.order = item, append(g.order, manager)
	}
	if op == Edited {
		item.Op = Edited
	}
	if who != nil && who.when != nil && (item.When == nil || who.when.After(*item.When)) {
		item.When = who.when
	}
	item.Properties = append(item.Properties, g.audit.State.secrets.property(item.Kind, d.path, d.was, d.is))
}

// covers tells whether a path belongs to a finding already.
func (g *group) covers(path string) bool {
	for _, item := range g.by {
		if slices.ContainsFunc(item.Properties, func(p report.Property) bool { return within(path, p.Path) }) {
			return true
		}
	}
	return false
}

func (g *group) finish(manager string) report.Item {
	item := *g.by[manager]
	slices.SortFunc(item.Properties, func(x, y report.Property) int { return cmp.Compare(x.Path, y.Path) })
	item.Danger, item.Reasons = gate.Assess(gate.Change{URN: g.e.id, Type: "kubernetes:" + item.Kind, Op: "update", Properties: item.Properties})
	if item.Op == Extra {
		item.Reasons = append(item.Reasons, "nothing declares what was added")
	}
	if len(item.Reasons) == 0 {
		item.Reasons = []string{onlyDescribes}
	}
	if manager == unknownManager {
		item.Reasons = append(item.Reasons, "a value that was taken away has no owner any more; the API server's audit log knows more")
	}
	item.Hint = g.e.restore(g.audit.Stack)
	if item.Op == Extra {
		item.Hint = g.remove(item)
	}
	return item
}

// onlyDescribes is the reason where no rule gives one.
const onlyDescribes = "what differs only describes it"

// remove says how an added value goes away again.
func (g *group) remove(item report.Item) string {
	kind, flag := strings.ToLower(item.Kind)+" "+g.live.GetName(), ""
	if g.ns != "" {
		flag = " -n " + g.ns
	}
	if len(item.Properties) == 1 {
		for _, field := range []struct{ path, command string }{{"metadata.labels", "label"}, {"metadata.annotations", "annotate"}} {
			if name, ok := strings.CutPrefix(item.Properties[0].Path, field.path); ok {
				name = strings.Trim(name, `.[]"`)
				return fmt.Sprintf("`kubectl%s %s %s %s-`; if it is meant, declare it", flag, field.command, kind, name)
			}
		}
	}
	return fmt.Sprintf("take it out with `kubectl%s edit %s`; if it is meant, declare it", flag, kind)
}
