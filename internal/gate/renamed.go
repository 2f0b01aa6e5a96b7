package gate

import (
	"strings"

	"github.com/streamforge/infrastructure/internal/planned"
)

// formerly gives the URNs that resources of a graph may have had before, by their present ones: those of
// their aliases, and those that follow from the aliases of what they hang on. The engine finds them
// likewise: a name that begins with the parent's follows it.
func formerly(d planned.Document) func(urn string) []string {
	byURN := map[string]planned.Entry{}
	for _, r := range d.Resources {
		byURN[r.URN] = r
	}
	var of func(string) []string
	of = func(urn string) (all []string) {
		r, known := byURN[urn]
		if !known {
			return nil
		}
		all = append(all, r.Aliases...)
		if r.Parent == "" || r.Parent == urn {
			return all
		}
		_, name := split(urn)
		_, above := split(r.Parent)
		for _, parent := range of(r.Parent) {
			types, was := split(parent)
			called := name
			if rest, follows := strings.CutPrefix(name, above); follows {
				called = was + rest
			}
			all = append(all, types+"$"+r.Type+"::"+called)
		}
		return all
	}
	return of
}

// split gives a URN up to its name, and the name.
func split(urn string) (before, name string) {
	i := strings.LastIndex(urn, "::")
	return urn[:max(i, 0)], strings.TrimPrefix(urn[max(i, 0):], "::")
}
