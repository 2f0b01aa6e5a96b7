package planned

import (
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Values gives the inputs as plain Go values: secrets opened, numbers as float64.
func (r Resource) Values() map[string]any {
	return plain(resource.NewProperty(r.Inputs)).(map[string]any)
}

// aliases are the whole URNs that the engine is told as former ones.
func (r Resource) aliases() (urns []string) {
	for _, a := range r.Request.GetAliases() {
		if urn := a.GetUrn(); urn != "" {
			urns = append(urns, urn)
		}
	}
	return urns
}

// At gives the value at a dotted path of the inputs, nil when there is none. A dot that is part
// of a key is written as \. and list elements are numbered from 0.
func (r Resource) At(path string) any {
	var at any = r.Values()
	for _, key := range strings.Split(strings.ReplaceAll(path, `\.`, "\x00"), ".") {
		key = strings.ReplaceAll(key, "\x00", ".")
		switch v := at.(type) {
		case map[string]any:
			at = v[key]
		case []any:
			index, err := strconv.Atoi(key)
			if err != nil || index < 0 || index >= len(v) {
				return nil
			}
			at = v[index]
		default:
			return nil
		}
	}
	return at
}

// Secret tells whether the value at a dotted path of the inputs, or an object around it, is secret.
func (r Resource) Secret(path string) bool {
	at := resource.NewProperty(r.Inputs)
	for _, key := range strings.Split(path, ".") {
		if at.IsSecret() {
			return true
		}
		if !at.IsObject() {
			return false
		}
		at = at.ObjectValue()[resource.PropertyKey(key)]
	}
	return at.IsSecret()
}

// DependsOn tells whether the resource waits for another one, named "type name" or only "name".
func (r Resource) DependsOn(other string) bool {
	typ, name, both := strings.Cut(other, " ")
	if !both {
		typ, name = "", other
	}
	for _, urn := range r.Dependencies {
		if strings.HasSuffix(urn, "::"+name) && strings.Contains(urn, typ) {
			return true
		}
	}
	return false
}

func plain(v resource.PropertyValue) any {
	switch {
	case v.IsSecret():
		return plain(v.SecretValue().Element)
	case v.IsOutput():
		return plain(v.OutputValue().Element)
	case v.IsObject():
		m := map[string]any{}
		for k, e := range v.ObjectValue() {
			m[string(k)] = plain(e)
		}
		return m
	case v.IsArray():
		a := []any{}
		for _, e := range v.ArrayValue() {
			a = append(a, plain(e))
		}
		return a
	default:
		return v.V
	}
}
