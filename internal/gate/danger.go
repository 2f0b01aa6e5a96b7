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
	if strings.HasPrefix(c.Type, "pulumi:providers:") && c.Gone() {
		return report.DataLoss, []string{"every resource of a provider is replaced with it"}
	}
	known, listed := kinds[c.Kind()]
	if !listed {
		known = unlisted
	}
	if c.Component() {
		return report.None, nil // structure only, its children speak for themselves
	}
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
		return updated(c, known)
	}
	return report.DataLoss, []string{fmt.Sprintf("the operation %q is not known to this tool", c.Op)}
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
		if strings.HasPrefix(p.Path, c.path) && (c.when == anyhow || c.when == goes) {
			danger = c.danger
			if c.why != "" {
				why = " changes: " + c.why
			}
		}
	}
	for _, path := range harmless {
		if strings.HasPrefix(p.Path, path) && !guarding(p.Path) {
			danger = report.Cosmetic
		}
	}
	return danger, why
}

// guarding are labels that admission goes by.
func guarding(path string) bool { return strings.Contains(path, "pod-security.kubernetes.io") }

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
