package drift

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/streamforge/infrastructure/internal/gate"
)

// owner is who set a field, and when that manager last wrote.
type owner struct {
	path    string // as gate.Walk writes it
	manager string
	when    *time.Time
	value   any
}

// owners lists who owns which field of a live object, from its managedFields. Fields that are no
// longer there are left out.
func owners(o *unstructured.Unstructured) (all []owner) {
	for _, entry := range o.GetManagedFields() {
		if entry.FieldsV1 == nil || entry.Subresource == "status" {
			continue
		}
		var fields map[string]any
		if json.Unmarshal(entry.FieldsV1.Raw, &fields) != nil {
			continue
		}
		by := owner{manager: entry.Manager}
		if entry.Time != nil {
			t := entry.Time.UTC()
			by.when = &t
		}
		descend("", fields, o.Object, func(path string, value any) {
			by.path, by.value = path, value
			all = append(all, by)
		})
	}
	return all
}

// descend calls leaf for every field in a FieldsV1 set, with the value that stands there. An element
// of a list that is owned as such is called too, before its fields.
func descend(path string, fields map[string]any, value any, leaf func(string, any)) {
	for k, below := range fields {
		deeper, _ := below.(map[string]any)
		kind, name, ok := strings.Cut(k, ":")
		if !ok { // "." is the value itself
			continue
		}
		at, v, there := step(path, value, kind, name)
		if !there {
			continue
		}
		_, self := deeper["."]
		if len(deeper) == 0 || self && kind != "f" {
			leaf(at, v)
		}
		descend(at, deeper, v, leaf)
	}
}

// step goes one level down.
func step(path string, value any, kind, name string) (string, any, bool) {
	switch kind {
	case "f":
		m, _ := value.(map[string]any)
		v, there := m[name]
		return gate.Join(path, name), v, there
	case "i", "k", "v":
		list, _ := value.([]any)
		for i, v := range list {
			if kind == "i" && fmt.Sprint(i) == name || kind == "k" && hasKeys(v, name) || kind == "v" && isValue(v, name) {
				return element(path, list, i), v, true
			}
		}
	}
	return "", nil, false
}

func hasKeys(v any, raw string) bool {
	var keys map[string]any
	m, _ := v.(map[string]any)
	if m == nil || json.Unmarshal([]byte(raw), &keys) != nil {
		return false
	}
	for k, want := range keys {
		if gate.Text(m[k]) != gate.Text(want) {
			return false
		}
	}
	return true
}

func isValue(v any, raw string) bool {
	var want any
	return json.Unmarshal([]byte(raw), &want) == nil && gate.Text(v) == gate.Text(want)
}

// element names an element of a list by its name, when all of them have one of their own.
func element(path string, list []any, i int) string {
	seen := map[string]bool{}
	for _, x := range list {
		m, _ := x.(map[string]any)
		name, _ := m["name"].(string)
		if name == "" || seen[name] {
			return fmt.Sprintf("%s[%d]", path, i)
		}
		seen[name] = true
	}
	return gate.Join(path, list[i].(map[string]any)["name"].(string))
}

// whoOwns gives the owners of the value at a path: of itself, of what it is part of, or of what is in it.
func whoOwns(all []owner, path string) []owner {
	return slices.DeleteFunc(slices.Clone(all), func(o owner) bool { return !within(path, o.path) && !within(o.path, path) })
}

// within tells whether a path is that of a value or of something in it.
func within(path, of string) bool {
	rest, ok := strings.CutPrefix(path, of)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// latest gives the owner who wrote last, nil when there is none.
func latest(all []owner) *owner {
	var last *owner
	for i, o := range all {
		if last == nil || o.when != nil && (last.when == nil || o.when.After(*last.when)) {
			last = &all[i]
		}
	}
	return last
}
