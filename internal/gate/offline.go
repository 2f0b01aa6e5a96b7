package gate

import (
	"fmt"
	"strings"

	"github.com/streamforge/infrastructure/internal/planned"
	"github.com/streamforge/infrastructure/internal/report"
)

// FromGraph gives the preview that a run on mocks stands for. With the graph of an earlier revision
// the two are compared; without one nothing counts as changed, and only promises can be checked.
func FromGraph(head planned.Document, base *planned.Document) Preview {
	p := Preview{Ended: true}
	before := map[string]planned.Entry{}
	if base != nil {
		for _, r := range base.Resources {
			before[r.URN] = r
		}
	}
	former := formerly(head)
	for _, r := range head.Resources {
		c := Change{URN: r.URN, Type: r.Type, Op: "same", New: planState(r), Protect: r.Protect, Retain: r.Retain}
		urn := r.URN
		for _, old := range former(r.URN) {
			if _, known := before[urn]; !known {
				urn = old
			}
		}
		if was, known := before[urn]; known {
			delete(before, urn)
			c.Old, c.Protect, c.Retain = planState(was), was.Protect, was.Retain
			c.compareInputs()
		} else if base != nil {
			c.Op = "create"
		}
		p.Changes = append(p.Changes, c)
	}
	if base == nil {
		return p
	}
	for _, r := range base.Resources {
		if was, gone := before[r.URN]; gone {
			p.Changes = append(p.Changes, Change{
				URN: r.URN, Type: r.Type, Op: "delete", Old: planState(was), Protect: r.Protect, Retain: r.Retain,
			})
		}
	}
	return p
}

func planState(r planned.Entry) State { return State{Inputs: r.Inputs, Parent: r.Parent, Exists: true} }

// compareInputs lists what differs, and says whether that replaces the resource as far as that is known.
func (c *Change) compareInputs() {
	Walk(c.Old.Inputs, c.New.Inputs, func(path string, was, is any) {
		q := report.Property{
			Path: path, Before: Text(was), After: Text(is), Unknown: unknown(is), Replaces: replacing(*c, path),
		}
		c.Properties = append(c.Properties, q)
		if q.Replaces {
			c.Op = "replace"
		} else if c.Op == "same" {
			c.Op = "update"
		}
	})
}

// Offline says of a report that it was made without the world: what that leaves unchecked, and that
// nobody can apply it.
func Offline(r *report.Report, compared bool, standIns []string) {
	r.Offline, r.Fingerprint = true, ""
	if !compared && r.ExitCode == ExitNoChanges {
		r.Verdict, r.Headline = "promises-kept", "every promise is kept; what would change was not compared"
	}
	r.Unchecked = append(r.Unchecked, "what is there now: neither the state, nor the cluster, nor Proxmox was looked at")
	if len(standIns) > 0 {
		r.Unchecked = append(r.Unchecked, fmt.Sprintf("the secrets %s: stand-ins took their places", strings.Join(standIns, ", ")))
	}
	if !compared {
		r.Unchecked = append(r.Unchecked, "what would change: there is no graph of an earlier revision (--base)")
		return
	}
	r.Unchecked = append(r.Unchecked,
		"which updates replace a resource: only providers know that for certain, a list of the usual ones stands in for them",
		"the stack's outputs, the content of secrets, and where charts come from")
	for _, i := range r.Items {
		if i.Kind == "Release" && i.Op == "update" {
			r.Unchecked = append(r.Unchecked, "the objects within release "+i.Name+": the real charts were not fetched")
		}
	}
}
