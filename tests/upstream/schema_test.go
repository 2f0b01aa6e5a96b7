package upstream_test

import (
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// expand gives a schema and those it refers to or combines: what each of them declares exists.
func expand(s *jsonschema.Schema) (all []*jsonschema.Schema) {
	queue := []*jsonschema.Schema{s}
	for len(queue) > 0 {
		s, queue = queue[0], queue[1:]
		if s == nil || slices.Contains(all, s) {
			continue
		}
		all = append(all, s)
		queue = append(queue, s.Ref, s.Then, s.Else)
		queue = slices.Concat(queue, s.AllOf, s.AnyOf, s.OneOf)
	}
	return all
}

// member gives the schemas that declare a key of an object; none when nothing does. A schema that
// declares some keys and merely does not forbid others declares only the former.
func member(schemas []*jsonschema.Schema, key string) (found []*jsonschema.Schema) {
	for _, s := range schemas {
		declared := false
		if p, ok := s.Properties[key]; ok {
			found, declared = append(found, expand(p)...), true
		}
		for pattern, p := range s.PatternProperties {
			if pattern.MatchString(key) {
				found, declared = append(found, expand(p)...), true
			}
		}
		if more, ok := s.AdditionalProperties.(*jsonschema.Schema); ok && !declared && !never(more) {
			found = append(found, expand(more)...)
		}
		if more, ok := s.AdditionalProperties.(bool); ok && more && len(s.Properties) == 0 {
			found = append(found, anything)
		}
	}
	return found
}

// anything is the schema that every value meets.
var anything = &jsonschema.Schema{}

// never tells whether no value meets the schema.
func never(s *jsonschema.Schema) bool { return s.Bool != nil && !*s.Bool }

// open tells whether the schemas leave the keys of an object to the user.
func open(schemas []*jsonschema.Schema) bool {
	return !slices.ContainsFunc(schemas, func(s *jsonschema.Schema) bool {
		more, declared := s.AdditionalProperties.(*jsonschema.Schema)
		return len(s.Properties) > 0 || len(s.PatternProperties) > 0 || declared && more.Bool == nil
	})
}

// typed tells whether the schemas say which type a value has.
func typed(schemas []*jsonschema.Schema) bool {
	return slices.ContainsFunc(schemas, func(s *jsonschema.Schema) bool {
		return s.Types != nil || s.Enum != nil || s.Const != nil
	})
}
