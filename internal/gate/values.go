package gate

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"

	"github.com/streamforge/infrastructure/internal/report"
)

// At gives the text of the value at a path. A secret anywhere above or below it masks all of it.
func At(m map[string]any, path string) (value string, notYet bool) {
	parsed, err := resource.ParsePropertyPath(path)
	if err != nil {
		return "", false
	}
	var v any = m
	for _, step := range parsed {
		switch node := v.(type) {
		case map[string]any:
			if node[sig.Key] == sig.Secret {
				return report.Masked, false
			}
			key, _ := step.(string)
			v = node[key]
		case []any:
			i, _ := step.(int)
			if i < 0 || i >= len(node) {
				return "", false
			}
			v = node[i]
		default:
			return "", unknown(v)
		}
	}
	return Text(v), unknown(v)
}

// Text writes a value for people.
func Text(v any) string {
	switch v := masked(v).(type) {
	case nil:
		return ""
	case string:
		if unknown(v) {
			return "(known after the run)"
		}
		return v
	default:
		raw, err := json.Marshal(v)
		if err != nil {
			return report.Masked // never print what cannot be read
		}
		return string(raw)
	}
}

// Walk calls leaf for every value that differs, lists of objects with names paired by name.
func Walk(was, is any, leaf func(path string, was, is any)) { walk("", was, is, leaf) }

func walk(path string, was, is any, leaf func(path string, was, is any)) {
	a, mapA := was.(map[string]any)
	b, mapB := is.(map[string]any)
	if mapA && mapB {
		keys := slices.Concat(slices.Collect(maps.Keys(a)), slices.Collect(maps.Keys(b)))
		slices.Sort(keys)
		for _, k := range slices.Compact(keys) {
			walk(Join(path, k), a[k], b[k], leaf)
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
	if Text(was) != Text(is) {
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

// Join adds a key to a path as Walk writes it.
func Join(path, key string) string {
	if strings.ContainsAny(key, ".[]\"/") {
		return fmt.Sprintf("%s[%q]", path, key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// leaves calls f for every value that is neither map nor list.
func leaves(path string, v any, f func(string, any)) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			leaves(Join(path, k), x, f)
		}
	case []any:
		for i, x := range v {
			leaves(fmt.Sprintf("%s[%d]", path, i), x, f)
		}
	default:
		f(path, v)
	}
}

// each calls f for every object of a list.
func each(list any, f func(map[string]any)) {
	items, _ := list.([]any)
	for _, item := range items {
		if o, ok := item.(map[string]any); ok {
			f(o)
		}
	}
}

// dig gives a value within maps, nil when a step is missing.
func dig(m map[string]any, steps ...string) any {
	var v any = m
	for _, s := range steps {
		node, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = node[s]
	}
	return v
}
