package gate

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/streamforge/infrastructure/internal/report"
)

// Assess gives the danger of a change and the reasons, without what follows from it.
func Assess(c Change) (report.Danger, []string) {
	switch {
	case c.Same():
		if len(c.Properties) > 0 {
			return report.Cosmetic, []string{"only what it puts out changes"}
		}
		return report.None, nil
	case c.Op == "create" || c.Op == "import" || c.Op == "discard":
		return report.None, nil
	}
	if c.Component() || c.implicit() {
		return report.None, nil // structure only, its children speak for themselves
	}
	known, listed := costsOf(c)
	switch c.Op {
	case "delete":
		if c.Retain {
			return report.Cosmetic, []string{"it leaves the state and stays in the world"}
		}
		return known.gone, []string{known.why}
	case "replace":
		if renewed(c) {
			return report.Capacity, []string{"a new one is made under another name before the old one goes"}
		}
		return known.gone, append([]string{known.why}, forced(c)...)
	case "update":
		danger, reasons := updated(c, known)
		if !listed && danger != report.Cosmetic {
			reasons = append(reasons, known.why)
		}
		return danger, reasons
	}
	return report.DataLoss, []string{fmt.Sprintf("the operation %q is not known to this tool", c.Op)}
}

// costsOf gives what a resource can cost, and whether the tables know its kind.
func costsOf(c Change) (known costs, listed bool) {
	if strings.HasPrefix(c.Type, providers) {
		return provider, true
	}
	if known, listed = kinds[c.Kind()]; !listed {
		known = unlisted
	}
	return known, listed
}

// providers begins the types of providers.
const providers = "pulumi:providers:"

// implicit tells whether the engine made a provider by itself: its name holds the plugin's version, so
// that a new one takes its place with each, and no resource is replaced for that.
func (c Change) implicit() bool {
	return strings.HasPrefix(c.Type, providers) && strings.HasPrefix(c.Name(), "default")
}

// Component tells whether no provider works on the resource.
func (c Change) Component() bool {
	return strings.HasPrefix(c.Type, "streamforge:") || c.Type == "pulumi:pulumi:Stack"
}

// renewed tells whether nothing but content that is named by its digest is replaced: readers are led to
// the new one first.
func renewed(c Change) bool {
	return (c.Kind() == "ConfigMap" || c.Kind() == "Job") &&
		slices.ContainsFunc(c.Properties, func(p report.Property) bool { return p.Path == "metadata.name" })
}

func forced(c Change) (reasons []string) {
	for _, p := range c.Properties {
		if p.Replaces {
			reasons = append(reasons, p.Path+" cannot be changed in place")
		}
	}
	return reasons
}

func updated(c Change, known costs) (report.Danger, []string) {
	if len(c.Properties) == 0 {
		return known.update, []string{"the engine does not say what changes"}
	}
	worst, reasons := report.Cosmetic, []string(nil)
	for _, p := range c.Properties {
		danger, why := known.of(p)
		if danger.Level() > worst.Level() {
			worst = danger
		}
		if danger != report.Cosmetic {
			reasons = append(reasons, p.Path+why)
		}
	}
	return worst, reasons
}

// of gives the danger of one property's change, and how to say it.
func (k costs) of(p report.Property) (report.Danger, string) {
	danger, why, goes := k.update, " changes", direct(p)
	if goes == up && slices.ContainsFunc(counts, func(name string) bool { return strings.HasSuffix(p.Path, "."+name) }) {
		danger = report.Capacity
	}
	for _, c := range k.paths {
		if strings.HasPrefix(p.Path, c.path) && (c.when == anyhow || c.when == goes || c.when == raised && goes == up && p.Before != "") {
			danger, why = c.danger, " changes"
			if c.why != "" {
				why += ": " + c.why
			}
		}
	}
	for _, path := range harmless {
		if strings.HasPrefix(p.Path, path) && !guarding(p) {
			danger = report.Cosmetic
		}
	}
	return danger, why
}

// guarding tells whether something goes by a label or an annotation, or by one of all of them when they
// come or go together.
func guarding(p report.Property) bool {
	text := p.Path
	if slices.Contains(harmless, p.Path) {
		if p.Unknown {
			return true
		}
		text = p.Before + p.After
	}
	return slices.ContainsFunc(deciding, func(key string) bool { return strings.Contains(text, key) })
}

// direct tells which way a number, a size such as 20Gi, or a list goes.
func direct(p report.Property) direction {
	before, ok1 := amount(p.Before)
	after, ok2 := amount(p.After)
	switch {
	case p.After == "" && !p.Unknown, ok1 && ok2 && after < before:
		return down
	case ok1 && ok2 && after > before, p.Before == "":
		return up
	}
	return anyhow
}

// amount reads a number with or without a unit of Kubernetes, and "no limit" as Kafka writes it.
func amount(s string) (float64, bool) {
	q, err := resource.ParseQuantity(s)
	if err != nil {
		return 0, false
	}
	v := q.AsApproximateFloat64()
	if v < 0 {
		v = math.Inf(1)
	}
	return v, true
}
