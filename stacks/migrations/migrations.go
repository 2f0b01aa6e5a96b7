// Package migrations keeps the former names of resources out of the components that declare them. See
// docs/howto-upgrade.md.
package migrations

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Migration is one resource that was renamed, or taken out on purpose. Old and New are URNs without
// stack and project, as a line of tests/graph/testdata/urns.txt: <types from the layer on>::<name>.
type Migration struct {
	Number int    // from 1 on, without a gap
	Since  string // the first release with it, e.g. v0.2.0
	Old    string
	New    string // empty: nothing took its place, the upgrade deletes it
	Reason string
}

// All are the migrations, in the order in which they were made. One is added at the end, and none is
// changed or taken away while somebody may still come from a release before it.
var All = []Migration{}

// Register tells the engine the former names of whatever ctx declares from now on. What hangs on a
// renamed component follows it. Nothing is added to a run while there is no rename.
func Register(ctx *pulumi.Context, all []Migration) error {
	if err := check(all); err != nil {
		return err
	}
	former := formerly(all)
	if len(former) == 0 {
		return nil
	}
	begin := "urn:pulumi:" + ctx.Stack() + "::" + ctx.Project() + "::"
	return ctx.RegisterStackTransformation(func(r *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
		names := former[r.Type+"::"+r.Name]
		if len(names) == 0 {
			return nil
		}
		aliases := make([]pulumi.Alias, len(names))
		for i, old := range names {
			aliases[i] = pulumi.Alias{URN: pulumi.URN(begin + old)}
		}
		return &pulumi.ResourceTransformationResult{Props: r.Props, Opts: append(slices.Clone(r.Opts), pulumi.Aliases(aliases))}
	})
}

// Removed tells whether a resource, by its URN without stack and project, went on purpose.
func Removed(urn string, all []Migration) bool {
	return slices.ContainsFunc(all, func(m Migration) bool { return m.New == "" && m.Old == urn })
}

// formerly gives every former URN of a resource, the latest first, by its own type and name: the
// types above it are not known when it is declared. Those that were renamed twice have both.
func formerly(all []Migration) map[string][]string {
	before := map[string][]string{} // by URN
	for _, m := range all {
		if m.New != "" {
			before[m.New] = append([]string{m.Old}, before[m.Old]...)
			delete(before, m.Old)
		}
	}
	former := map[string][]string{}
	for urn, names := range before {
		former[own(urn)] = names
	}
	return former
}

// own is a URN without what stands above the resource.
func own(urn string) string {
	types, name, _ := strings.Cut(urn, "::")
	return types[strings.LastIndex(types, "$")+1:] + "::" + name
}

// check refuses a list that says something else than its author meant.
func check(all []Migration) error {
	var errs []error
	for i, m := range all {
		where := fmt.Sprintf("migration %d", m.Number)
		if m.Number != i+1 {
			errs = append(errs, fmt.Errorf("%s: it stands in place %d: numbers go up by one and are never used again", where, i+1))
		}
		for _, urn := range []string{m.Old, m.New} {
			types, name, both := strings.Cut(urn, "::")
			if urn == m.New && urn == "" {
				continue
			}
			if !both || types == "" || name == "" || strings.HasPrefix(urn, "urn:") {
				errs = append(errs, fmt.Errorf("%s: %q is no line of tests/graph/testdata/urns.txt: want <types>::<name>", where, urn))
			}
		}
		if m.Old == m.New {
			errs = append(errs, fmt.Errorf("%s: %q is both the old name and the new one", where, m.Old))
		}
		if m.Since == "" || m.Reason == "" {
			errs = append(errs, fmt.Errorf("%s: it does not say since which release, or why", where))
		}
	}
	return errors.Join(errs...)
}
