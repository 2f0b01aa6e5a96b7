package fluentbit

import (
	_ "embed" // index.lua
	"fmt"
	"strings"
)

//go:embed index.lua
var filter string

// script is what the filter reads: the prefixes as a table, then the function.
func script(prefixes []Prefix) string {
	var s strings.Builder
	entry := func(p Prefix) string { return fmt.Sprintf("{ name = %q, per = %q }", p.Name, p.per()) }
	s.WriteString("local prefixes = {\n  namespaces = {\n")
	rest := ""
	for _, p := range prefixes {
		if len(p.Namespaces) == 0 {
			rest = entry(p)
		}
		for _, n := range p.Namespaces {
			fmt.Fprintf(&s, "    [%q] = %s,\n", n, entry(p))
		}
	}
	fmt.Fprintf(&s, "  },\n  rest = %s,\n}\n\n%s", rest, filter)
	return s.String()
}

// verbatim keeps the chart, which runs the text through Helm's tpl, from reading it as a template.
func verbatim(text string) string { return strings.ReplaceAll(text, "{{", `{{ "{{" }}`) }
