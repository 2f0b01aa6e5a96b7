package drift

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/report"
)

// Refreshed turns the preview of a refresh into findings about resources at which the audit did not
// look itself.
func (a *Audit) Refreshed(p gate.Preview, f Findings) (items []report.Item) {
	a.refreshed = p.Ended
	for _, c := range p.Changes {
		if c.Same() || c.Component() || f.looked[c.URN] || strings.HasPrefix(c.Type, "pulumi:providers:") {
			continue
		}
		if slices.ContainsFunc(f.Items, func(i report.Item) bool { return i.ID == c.URN }) {
			continue
		}
		item := report.Item{
			ID: c.URN, Layer: engine.LayerOf(c.URN), Kind: c.Kind(), Name: c.Name(), Op: Edited, Manager: unknownManager,
			Hint: fmt.Sprintf("`streamforge refresh -s %s --accept` and `streamforge up -s %s` set it right; if it is meant, write it into the program", a.Stack, a.Stack),
		}
		if c.Op == "delete" {
			item.Op = Missing
		}
		for _, q := range c.Properties {
			if q.After == "" { // a refresh tells many values only among the outputs
				q.After, _ = gate.At(c.New.Outputs, q.Path)
			}
			if q.Before == "" {
				q.Before, _ = gate.At(c.Old.Outputs, q.Path)
			}
			item.Properties = append(item.Properties, a.State.secrets.property(c.Kind(), q.Path, q.Before, q.After))
		}
		c.Properties = item.Properties
		if item.Danger, item.Reasons = gate.Assess(c); len(item.Reasons) == 0 {
			item.Reasons = []string{onlyDescribes}
		}
		item.Manager, item.When = a.whoChanged(c)
		items = append(items, item)
	}
	return items
}

// whoChanged asks the hypervisor's tasks about its machines.
func (a *Audit) whoChanged(c gate.Change) (string, *time.Time) {
	for _, r := range a.State.resources {
		if r.URN == c.URN && r.Type == machineType {
			var id int
			if _, err := fmt.Sscan(r.ID, &id); err == nil {
				return a.taskOf(id, r.modified, changing...)
			}
		}
	}
	return unknownManager, nil
}
