package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/streamforge/infrastructure/internal/report"
)

// manyShown is how many names a sentence holds.
const manyShown = 6

// cascade gives what is deleted together with a change, by the URNs of changes that are not deleted
// in the program's eyes: the content of a namespace, the objects of a definition, the node of a machine.
func cascade(c Change, all []Change) (with []Change, reason string) {
	if !c.Gone() || c.Retain || c.implicit() {
		return nil, ""
	}
	switch c.Kind() {
	case "Namespace":
		name := Text(dig(c.Old.Inputs, "metadata", "name"))
		with = filter(all, func(o Change) bool {
			return o.Old.Exists && (Text(dig(o.Old.Inputs, "metadata", "namespace")) == name || o.Kind() == "Release" && Text(o.Old.Inputs["namespace"]) == name)
		})
		return with, sentence("the namespace %s takes with it %s", name, with)
	case "CustomResourceDefinition":
		kind, group := Text(dig(c.Old.Inputs, "spec", "names", "kind")), Text(dig(c.Old.Inputs, "spec", "group"))
		with = filter(all, func(o Change) bool {
			return o.Old.Exists && o.Kind() == kind && strings.HasPrefix(Text(o.Old.Inputs["apiVersion"]), group+"/")
		})
		return with, sentence("the definition of %s takes with it %s", kind, with)
	case "VirtualMachine":
		name := Text(c.Old.Inputs["name"])
		return nil, fmt.Sprintf("node %s leaves the cluster, with the pods on it and its copy of every volume", name)
	}
	if name, is := strings.CutPrefix(c.Type, providers); is {
		with = filter(all, func(o Change) bool { return o.Old.Exists && strings.HasPrefix(o.Type, name+":") })
		return with, sentence("the provider %s takes with it %s", c.Name(), with)
	}
	return nil, ""
}

// follow adds to an item what is deleted together with its change.
func follow(item *report.Item, c Change, all []Change) {
	with, reason := cascade(c, all)
	if reason == "" {
		return
	}
	item.Reasons = append(item.Reasons, reason)
	if worst := worstOf(with); worst.Level() > item.Danger.Level() {
		item.Danger = worst
	}
}

func filter(all []Change, keep func(Change) bool) (some []Change) {
	for _, c := range all {
		if !c.Component() && keep(c) {
			some = append(some, c)
		}
	}
	return some
}

func sentence(format, what string, with []Change) string {
	if len(with) == 0 {
		return ""
	}
	var names []string
	for _, c := range with {
		names = append(names, c.Kind()+" "+c.Name())
	}
	slices.Sort(names)
	list := strings.Join(names[:min(len(names), manyShown)], ", ")
	if more := len(names) - manyShown; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf(format, what, list)
}

// worstOf gives the gravest danger that cascading changes would have if they were deleted.
func worstOf(with []Change) report.Danger {
	worst := report.None
	for _, c := range with {
		known, _ := costsOf(c)
		if known.gone.Level() > worst.Level() {
			worst = known.gone
		}
	}
	return worst
}
