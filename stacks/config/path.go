package config

import (
	"fmt"
	"strconv"
)

// Path is where a value stands in the configuration, written as in the error messages:
// compute.pools[1].nodes[0].address.
type Path string

// Field is the path of a field below p.
func (p Path) Field(name string) Path {
	if p == "" {
		return Path(name)
	}
	return p + "." + Path(name)
}

// Index is the path of the i-th element of p.
func (p Path) Index(i int) Path { return p + "[" + Path(strconv.Itoa(i)) + "]" }

// Errorf is one problem with the named field of p, or with p itself when field is empty.
func (p Path) Errorf(field, format string, args ...any) error {
	if field != "" {
		p = p.Field(field)
	}
	return fmt.Errorf("%s: %s", p, fmt.Sprintf(format, args...))
}
