package proxmox

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// kind is the type of a parameter as PVE's own schema states it.
type kind int

const (
	text kind = iota
	boolean
	integer
	number
	props // a property string: comma-separated key=value
)

// param is one allowed parameter.
type param struct {
	kind     kind
	required bool
	low      int      // least integer
	oneOf    []string // allowed values, empty for any
	form     *regexp.Regexp
}

// schema is what a call accepts: parameters by name, and by name plus index
// (scsi0, scsi1 ...) with the number of indexes.
type schema struct {
	named   map[string]param
	indexed map[string]indexedParam
}

type indexedParam struct {
	param
	count int
}

// accepts builds a schema from words such as "vmid:int!" or "full:bool"; the
// exclamation mark makes a parameter required.
func accepts(words ...string) schema {
	s := schema{named: map[string]param{}}
	for _, w := range words {
		w, required := strings.CutSuffix(w, "!")
		name, typ, _ := strings.Cut(w, ":")
		p := param{required: required}
		switch typ {
		case "int":
			p.kind = integer
		case "bool":
			p.kind = boolean
		case "num":
			p.kind = number
		}
		s.named[name] = p
	}
	return s
}

// lookup finds the definition of a parameter name.
func (s schema) lookup(name string) (param, bool) {
	if p, ok := s.named[name]; ok {
		return p, true
	}
	prefix := strings.TrimRight(name, "0123456789")
	if p, ok := s.indexed[prefix]; ok && prefix != name {
		index := name[len(prefix):]
		n, err := strconv.Atoi(index)
		return p.param, err == nil && n < p.count && (index == "0" || index[0] != '0')
	}
	return param{}, false
}

// check returns the problems of a form per parameter. A parameter that repeats a
// variable of the path, as download-url does, is allowed.
func (s schema) check(form url.Values, vars map[string]string) map[string]string {
	bad := map[string]string{}
	for name, values := range form {
		p, ok := s.lookup(name)
		switch {
		case ok:
			if why := p.check(values[0]); why != "" {
				bad[name] = why
			}
		case vars[name] == "" || vars[name] != values[0]:
			bad[name] = "property is not defined in schema and the schema does not allow additional properties"
		}
	}
	for name, p := range s.named {
		if p.required && form.Get(name) == "" {
			bad[name] = "property is missing and it is not optional"
		}
	}
	return bad
}

var booleans = []string{"0", "1", "on", "off", "yes", "no", "true", "false"}

func (p param) check(v string) string {
	switch p.kind {
	case boolean:
		if !slices.Contains(booleans, strings.ToLower(v)) {
			return fmt.Sprintf("type check ('boolean') failed - got '%s'", v)
		}
	case integer:
		n, err := strconv.Atoi(v)
		if err != nil {
			return fmt.Sprintf("type check ('integer') failed - got '%s'", v)
		}
		if n < p.low {
			return fmt.Sprintf("value must have a minimum value of %d", p.low)
		}
	case number:
		if _, err := strconv.ParseFloat(v, 64); err != nil {
			return fmt.Sprintf("type check ('number') failed - got '%s'", v)
		}
	case text, props:
	}
	if len(p.oneOf) > 0 && !slices.Contains(p.oneOf, v) {
		return fmt.Sprintf("value '%s' does not have a value in the enumeration '%s'",
			v, strings.Join(p.oneOf, ", "))
	}
	if p.form != nil && !p.form.MatchString(v) {
		return fmt.Sprintf("invalid format - value '%s' does not match the required form", v)
	}
	return ""
}
