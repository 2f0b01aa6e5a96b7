package vaultcontent

import (
	"fmt"
	"strings"
)

// Policy says what a token may do.
type Policy struct {
	Name  string
	Rules []Rule
}

// Rule is one path of a policy.
type Rule struct {
	Path         string
	Capabilities []string
}

// HCL is the policy as Vault takes it.
func (p Policy) HCL() string {
	var b strings.Builder
	for _, r := range p.Rules {
		quoted := make([]string, len(r.Capabilities))
		for i, c := range r.Capabilities {
			quoted[i] = fmt.Sprintf("%q", c)
		}
		fmt.Fprintf(&b, "path %q {\n  capabilities = [%s]\n}\n", r.Path, strings.Join(quoted, ", "))
	}
	return b.String()
}
