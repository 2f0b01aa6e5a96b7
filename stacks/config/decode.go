package config

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/texttheater/golang-levenshtein/levenshtein"
)

// decode fills the struct that into points to. encoding/json stops at the first problem and does
// not know which keys are required, so the tree is compared with the type first: every unknown
// key, missing key and wrong type comes back at once. A key is optional when its tag says omitempty.
func decode(raw string, into any, at Path) []error {
	dec := json.NewDecoder(strings.NewReader(raw))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return []error{at.Errorf("", "not a mapping: %s", err)}
	}
	if errs := check(tree, reflect.TypeOf(into).Elem(), at); len(errs) > 0 {
		return errs
	}
	if err := json.NewDecoder(bytes.NewReader([]byte(raw))).Decode(into); err != nil {
		return []error{at.Errorf("", "%s", err)}
	}
	return nil
}

var textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()

func check(tree any, t reflect.Type, at Path) []error {
	if t.Kind() == reflect.Pointer {
		return check(tree, t.Elem(), at)
	}
	if reflect.PointerTo(t).Implements(textUnmarshaler) {
		return checkText(tree, t, at)
	}
	switch t.Kind() {
	case reflect.Struct:
		return checkStruct(tree, t, at)
	case reflect.Slice:
		return checkList(tree, t, at)
	case reflect.Map:
		return checkMap(tree, t, at)
	default:
		return checkScalar(tree, t, at)
	}
}

func checkStruct(tree any, t reflect.Type, at Path) (errs []error) {
	m, ok := tree.(map[string]any)
	if !ok {
		return []error{at.Errorf("", "must be a mapping, got %s", describe(tree))}
	}
	var known []string
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		known = append(known, name)
		value, present := m[name]
		switch {
		case present:
			errs = append(errs, check(value, t.Field(i).Type, at.Field(name))...)
		case !strings.Contains(options, "omitempty"):
			errs = append(errs, at.Errorf(name, "missing, required"))
		}
	}
	for _, key := range sortedKeys(m) {
		if !slices.Contains(known, key) {
			errs = append(errs, at.Errorf(key, "unknown key%s", suggestion(key, known)))
		}
	}
	return errs
}

func checkList(tree any, t reflect.Type, at Path) (errs []error) {
	list, ok := tree.([]any)
	if !ok {
		return []error{at.Errorf("", "must be a list, got %s", describe(tree))}
	}
	for i, value := range list {
		errs = append(errs, check(value, t.Elem(), at.Index(i))...)
	}
	return errs
}

func checkMap(tree any, t reflect.Type, at Path) (errs []error) {
	m, ok := tree.(map[string]any)
	if !ok {
		return []error{at.Errorf("", "must be a mapping, got %s", describe(tree))}
	}
	for _, key := range sortedKeys(m) {
		errs = append(errs, check(m[key], t.Elem(), at.Field(key))...)
	}
	return errs
}

// texts says in the user's words what the text types of the configuration are.
var texts = map[string]string{
	"netip.Addr":   "an IP address such as 192.168.1.10",
	"netip.Prefix": "a network such as 192.168.1.0/24",
}

func checkText(tree any, t reflect.Type, at Path) []error {
	text, ok := tree.(string)
	if ok && reflect.New(t).Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)) == nil && text != "" {
		return nil
	}
	return []error{at.Errorf("", "must be %s, got %s", texts[t.String()], describe(tree))}
}

func checkScalar(tree any, t reflect.Type, at Path) []error {
	want := ""
	switch t.Kind() {
	case reflect.String:
		if _, ok := tree.(string); !ok {
			want = "a string"
		}
	case reflect.Bool:
		if _, ok := tree.(bool); !ok {
			want = "true or false"
		}
	default:
		n, ok := tree.(json.Number)
		if _, err := n.Int64(); !ok || err != nil {
			want = "a whole number"
		}
	}
	if want == "" {
		return nil
	}
	return []error{at.Errorf("", "must be %s, got %s", want, describe(tree))}
}

func describe(tree any) string {
	switch v := tree.(type) {
	case nil:
		return "nothing"
	case string:
		return fmt.Sprintf("%q", v)
	case []any:
		return "a list"
	case map[string]any:
		return "a mapping"
	default:
		return fmt.Sprint(v)
	}
}

// suggestion names the known key that an unknown one most likely stands for.
func suggestion(key string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		d := levenshtein.DistanceForStrings([]rune(strings.ToLower(key)), []rune(strings.ToLower(k)), levenshtein.DefaultOptions)
		if d < distance {
			best, distance = k, d
		}
	}
	if best != "" {
		return fmt.Sprintf(", did you mean %s?", best)
	}
	return ", known are " + strings.Join(known, ", ")
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
