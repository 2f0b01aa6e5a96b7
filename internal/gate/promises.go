package gate

import (
	"fmt"

	"github.com/streamforge/infrastructure/internal/report"
)

// Promise is a rule that holds whatever changes. docs/gate.md has a line for each.
type Promise struct {
	ID     string // as in waivers
	Text   string // what is promised, one sentence
	Danger report.Danger
	broken func(w world) []breach
}

// breach is one resource that breaks a promise.
type breach struct {
	of  Change
	why string
}

// world is every resource as it would be after the run.
type world struct {
	all    []Change
	Domain string
}

// Promises are all rules, in the order of their documentation.
func Promises() []Promise {
	return []Promise{
		{"pinned", "every image has a tag that is no moving one, or a digest, and every chart an exact version", report.Outage, unpinned},
		{"limits", "every container of our own requests processor time and memory, and has a limit of memory", report.Capacity, unlimited},
		{"hosts", "every host that is served is a name below the domain", report.Outage, foreignHosts},
		{"dns", "every host that is served has a record in the platform's name server", report.Outage, unresolved},
		{"tls", "every listener that routes attach to speaks TLS, but the one for git over ssh", report.Access, cleartext},
		{"addresses", "no address is given twice", report.Outage, sharedAddresses},
		{"privileged", "only the namespaces that need it let pods be privileged", report.Access, privileged},
		{"secrets", "no property that is called a password, a token or a key holds a plain value", report.Access, plainSecrets},
	}
}

// Broken lists the promises that a preview would break.
func Broken(p Preview, domain string) (items []report.Item) {
	w := world{Domain: domain}
	for _, c := range p.Changes {
		if c.Op != "delete" && c.New.Exists && !c.Component() {
			w.all = append(w.all, c)
		}
	}
	for _, promise := range Promises() {
		for _, b := range promise.broken(w) {
			items = append(items, report.Item{
				ID: b.of.URN + "#" + promise.ID, Layer: b.of.layer(), Kind: b.of.Kind(), Name: b.of.Name(), Op: RuleOp, Danger: promise.Danger,
				Reasons: []string{fmt.Sprintf("promise %s: %s; %s", promise.ID, promise.Text, b.why)},
			})
		}
	}
	return items
}
