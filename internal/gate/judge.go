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
	// Nested gives the objects that differ within a Helm release that changes or goes, with what else of
	// all goes with them, and what could not be compared. Nil when nobody renders charts.
	Nested func(c Change, all []Change) (items []report.Item, unchecked string)
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
	r.Items = append(r.Items, broken...)
	for _, item := range r.Items {
		if due(item) != Allowed {
			j.Approvals.count(item.ID, item.Op)
		}
	}
	for i := range r.Items { // only now is it known how often each approval was needed
		r.Items[i] = j.decide(r.Items[i])
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
	follow(&item, c, all)
	if outputsDiffer(c) {
		item.Danger, item.Reasons = report.Cosmetic, append(item.Reasons, "the stack's outputs change")
		item.Properties = outputsOf(c)
	}
	var unchecked string
	if c.Kind() == "Release" && j.Nested != nil && (c.Op == "update" || c.Gone() && !c.Retain) {
		item, unchecked = j.nest(item, c, all)
	}
	if c.Protect && c.Gone() {
		item.Reasons = append(item.Reasons, "it is protected: the engine will refuse")
		item.Hint = "take the protection off in a change of its own, and say there why"
	}
	return item, unchecked
}

// nest makes a release as dangerous as the gravest of its objects. One that goes is at least as dangerous
// as its kind, and what is no graver than that goes without saying.
func (j Judge) nest(item report.Item, c Change, all []Change) (report.Item, string) {
	nested, unchecked := j.Nested(c, all)
	if unchecked != "" {
		return item, unchecked // then the release keeps the danger of its kind
	}
	item.Nested = nested
	told := item.Danger
	if !c.Gone() {
		item.Danger, item.Reasons, told = report.Cosmetic, nil, report.None
	}
	for _, n := range nested {
		if n.Danger.Level() > item.Danger.Level() {
			item.Danger = n.Danger
		}
		if n.Danger.Level() <= told.Level() {
			continue
		}
		for _, reason := range n.Reasons {
			item.Reasons = append(item.Reasons, fmt.Sprintf("%s %s: %s", n.Kind, n.Name, reason))
		}
	}
	return item, ""
}

// due is the state of an item that nobody approves.
func due(item report.Item) string {
	switch {
	case item.Op == RuleOp, item.Danger.Level() > report.Outage.Level():
		return Denied
	case item.Danger.Level() >= report.Access.Level():
		return NeedsApproval
	}
	return Allowed
}

// decide gives an item its state. Call it after every count.
func (j Judge) decide(item report.Item) report.Item {
	if item.State = due(item); item.State == Allowed {
		return item
	}
	a, broad := j.Approvals.find(item.ID, item.Op, j.Now)
	switch {
	case a != nil:
		item.State, item.Owner, item.Until = Approved, a.Owner, a.Expires
		item.Reasons = append(item.Reasons, "approved: "+a.Reason)
		if item.Op == RuleOp {
			item.State = Waived
		}
	case broad:
		item.State = Denied
		item.Reasons = append(item.Reasons, "its approval is too broad and counts for nothing")
	case item.Hint == "":
		item.Hint = fmt.Sprintf("if it is meant, add {urn: %q, operation: %s, reason, owner, expires} to the approvals", item.ID, item.Op)
	}
	return item
}
