package proxmox

import (
	"slices"
	"strings"
)

// property is a parsed property string: PVE's comma-separated key=value pairs,
// the first of which may stand without its key.
type property struct {
	keys   []string
	values map[string]string
}

// parseProperty reads a property string whose keyless value belongs to first.
// Empty parts are skipped: the provider ends strings with a comma.
func parseProperty(s, first string) (*property, error) {
	p := &property{values: map[string]string{}}
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		key, value, ok := strings.Cut(part, "=")
		if !ok {
			key, value = first, part
		}
		if _, twice := p.values[key]; twice || key == "" {
			return nil, fail("invalid format - duplicate key in comma-separated list property: %s", key)
		}
		p.set(key, value)
	}
	return p, nil
}

func (p *property) get(key string) string { return p.values[key] }

func (p *property) set(key, value string) {
	if _, ok := p.values[key]; !ok {
		p.keys = append(p.keys, key)
	}
	p.values[key] = value
}

// take removes a key and returns its value.
func (p *property) take(key string) string {
	v := p.values[key]
	delete(p.values, key)
	p.keys = slices.DeleteFunc(p.keys, func(k string) bool { return k == key })
	return v
}

// encode writes head, if any, and the remaining pairs sorted by key, the order in
// which PVE stores them.
func (p *property) encode(head string) string {
	keys := slices.Sorted(slices.Values(p.keys))
	parts := make([]string, 0, len(keys)+1)
	if head != "" {
		parts = append(parts, head)
	}
	for _, k := range keys {
		parts = append(parts, k+"="+p.values[k])
	}
	return strings.Join(parts, ",")
}
