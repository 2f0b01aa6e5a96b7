package gate

import (
	"maps"
	"slices"

	"github.com/streamforge/infrastructure/internal/report"
)

// RuleOp is the operation of an item that is a broken promise and no change.
const RuleOp = "rule"

// outputsDiffer tells whether the stack would put out something else. Plain `pulumi preview
// --expect-no-changes` does not see that (pulumi/pulumi#5087).
func outputsDiffer(c Change) bool { return len(outputsOf(c)) > 0 }

// outputsOf lists the stack's outputs that would differ.
func outputsOf(c Change) (all []report.Property) {
	if c.Type != "pulumi:pulumi:Stack" || !c.New.Exists {
		return nil
	}
	names := slices.Concat(slices.Collect(maps.Keys(c.Old.Outputs)), slices.Collect(maps.Keys(c.New.Outputs)))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		before, after := Text(c.Old.Outputs[name]), Text(c.New.Outputs[name])
		if before != after {
			all = append(all, report.Property{Path: name, Before: before, After: after, Unknown: unknown(c.New.Outputs[name])})
		}
	}
	return all
}
