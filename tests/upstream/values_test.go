package upstream_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"helm.sh/helm/v3/pkg/chartutil"
)

// check compares what a release sets with what its chart has: every path must exist in the
// chart's values or schema, with the type of the default, and Helm itself must accept the whole.
func (u *upstreamChart) check(resource string, set map[string]any, list []allowed) []finding {
	v := &comparison{chart: u.name, resource: resource, open: map[string]string{}}
	for _, entry := range list {
		if path, ok := strings.CutPrefix(entry.Finding, u.name+" "); ok && entry.Like != "" {
			v.open[path] = entry.Like
		}
	}
	v.object("", set, u.defaults, expand(u.schema))
	values, err := chartutil.CoalesceValues(u.helm, set)
	if err == nil {
		err = chartutil.ValidateAgainstSchema(u.helm, values)
	}
	if err == nil && u.copies {
		err = u.schema.Validate(set)
	}
	if err != nil {
		v.found = append(v.found, finding{u.name, resource, strings.TrimSpace(err.Error())})
	}
	return v.found
}

// comparison collects what one release sets wrongly.
type comparison struct {
	chart, resource string
	open            map[string]string // "<path>.*" of a map of the user's, to the member that shows its shape
	found           []finding
}

func (v *comparison) say(path, format string, args ...any) {
	v.found = append(v.found, finding{v.chart + " " + path, v.resource, fmt.Sprintf(format, args...)})
}

// object compares the members of a map with the chart's map at the same path.
func (v *comparison) object(at string, set, defaults map[string]any, schema []*jsonschema.Schema) {
	for _, key := range slices.Sorted(maps.Keys(set)) {
		path := strings.TrimPrefix(at+"."+strings.ReplaceAll(key, ".", `\.`), ".")
		value, inValues := defaults[key]
		below := member(schema, key)
		if !inValues && len(below) == 0 {
			like, ok := v.open[at+".*"]
			if !ok {
				v.say(path, "is neither in the chart's values nor in its schema")
				continue
			}
			v.say(at+".*", "has no %s", key)
			value, below = defaults[like], member(schema, like)
		}
		v.value(path, key, set[key], value, below)
	}
}

// value compares one value with the chart's default, which is nil where the chart only has a
// schema or leaves the value to the user.
func (v *comparison) value(path, key string, set, standard any, schema []*jsonschema.Schema) {
	if known, problem := kubernetesType(key, set, standard); known {
		if problem != nil {
			v.say(path, "%v", problem)
		}
		return
	}
	switch {
	case set == nil: // Helm takes the default out
	case standard == nil, typed(schema) && typeOf(set) != typeOf(standard): // Helm validates against the schema
		if object, ok := set.(map[string]any); ok && !open(schema) && len(schema) > 0 {
			v.object(path, object, nil, schema)
		}
	case typeOf(set) != typeOf(standard):
		v.say(path, "is a %s, the chart's default %v is a %s", typeOf(set), standard, typeOf(standard))
	case typeOf(set) == "map" && (len(standard.(map[string]any)) > 0 || len(schema) > 0 && !open(schema)):
		v.object(path, set.(map[string]any), standard.(map[string]any), schema)
	}
}

// typeOf names the JSON type of a value.
func typeOf(v any) string {
	switch v.(type) {
	case map[string]any:
		return "map"
	case []any:
		return "list"
	case string:
		return "string"
	case bool:
		return "bool"
	default:
		return "number"
	}
}
