package gate

import (
	"fmt"
	"time"

	"github.com/streamforge/infrastructure/internal/report"
)

// Judge turns a preview into a report. Broken promises (see Promises) and differences within Helm
// releases are given by those who know them.
type Judge struct {
	Stack     string
	Approvals *Approvals
	Now       time.Time
	// Nested gives the objects that differ within a changed Helm release, and what could not be
	// compared. Nil when nobody renders charts.
	Nested func(Change) (items []report.Item, unchecked string)
}

// Report judges p. Every change is an item; resources that stay are counted only.
func (j Judge) Report(p Preview, broken []report.Item) report.Report {
	r := report.Report{
		Schema: report.GateSchema, Stack: j.Stack, Time: j.Now.UTC(), Counts: map[string]int{}, Items: []report.Item{},
	}
	for _, c := range p.Changes {
		if c.Component() && c.Type != "pulumi:pulumi:Stack" || c.implicit() {
			continue
		}
		if c.Type != "pulumi:pulumi:Stack" {
			r.Counts[c.Op]++
		}
		if c.Same() && len(c.Properties) == 0 && !outputsDiffer(c) {
			continue
		}
		item, unchecked := j.item(c, p.Changes)
		r.Items = append(r.Items, item)
		if unchecked != "" {
			r.Unchecked = append(r.Unchecked, unchecked)
		}
	}
	for _, item := range broken {
		r.Items = append(r.Items, j.decide(item))
	}
	for i := range r.Items { // only now is it known how often each approval was needed
		r.Items[i] = j.withoutBroad(r.Items[i])
	}
	Sort(r.Items)
	r.Warnings = j.Approvals.complaints(j.Now)
	r.Fingerprint = Fingerprint(p)
	conclude(&r, p)
	return r
}

func (j Judge) item(c Change, all []Change) (report.Item, string) {
	item := report.Item{ID: c.URN, Layer: c.layer(), Kind: c.Kind(), Name: c.Name(), Op: c.Op, Properties: c.Properties}
	item.Danger, item.Reasons = Assess(c)
	if with, reason := cascade(c, all); reason != "" {
		item.Reasons = append(item.Reasons, reason)
		if worst := worstOf(with); worst.Level() > item.Danger.Level() {
			item.Danger = worst
		}
	}
	if outputsDiffer(c) {
		item.Danger, item.Reasons = report.Cosmetic, append(item.Reasons, "the stack's outputs change")
		item.Properties = outputsOf(c)
	}
	var unchecked string
	if c.Kind() == "Release" && c.Op == "update" && j.Nested != nil {
		item, unchecked = j.nest(item, c)
	}
	if c.Protect && c.Gone() {
		item.Reasons = append(item.Reasons, "it is protected: the engine will refuse")
		item.Hint = "take the protection off in a change of its own, and say there why"
	}
	return j.decide(item), unchecked
}

// nest makes a release as dangerous as the gravest of its objects.
func (j Judge) nest(item report.Item, c Change) (report.Item, string) {
	nested, unchecked := j.Nested(c)
	if unchecked != "" {
		return item, unchecked // then the release keeps the danger of its kind
	}
	item.Nested, item.Danger, item.Reasons = nested, report.Cosmetic, nil
	for _, n := range nested {
		if n.Danger.Level() > item.Danger.Level() {
			item.Danger = n.Danger
		}
		for _, reason := range n.Reasons {
			item.Reasons = append(item.Reasons, fmt.Sprintf("%s %s: %s", n.Kind, n.Name, reason))
		}
	}
	return item, ""
}

// decide gives an item its state.
func (j Judge) decide(item report.Item) report.Item {
	switch item.Danger {
	case report.None, report.Cosmetic, report.Capacity:
		if item.Op != RuleOp {
			item.State = Allowed
			return item
		}
	case report.Access, report.Outage:
		item.State = NeedsApproval
	default:
		item.State = Denied
	}
	if item.Op == RuleOp {
		item.State = Denied
	}
	if a := j.Approvals.find(item.ID, item.Op, j.Now); a != nil {
		item.State, item.Owner, item.Until = Approved, a.Owner, a.Expires
		item.Reasons = append(item.Reasons, "approved: "+a.Reason)
		if item.Op == RuleOp {
			item.State = Waived
		}
	} else if item.Hint == "" {
		item.Hint = fmt.Sprintf("if it is meant, add {urn: %q, operation: %s, reason, owner, expires} to the approvals", item.ID, item.Op)
	}
	return item
}

// withoutBroad takes an approval back that was used for too much.
func (j Judge) withoutBroad(item report.Item) report.Item {
	if item.State != Approved && item.State != Waived {
		return item
	}
	for _, a := range j.Approvals.list {
		if a.broad() && a.Operation == item.Op && a.pattern.Match(item.ID) {
			item.State, item.Owner, item.Until = Denied, "", ""
			item.Reasons = append(item.Reasons, "its approval is too broad and counts for nothing")
		}
	}
	return item
}
