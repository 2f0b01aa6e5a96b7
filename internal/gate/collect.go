// Package gate judges a preview: which of its changes are dangerous, who has approved them, and
// whether the run may go on. It reads the engine's events, and decides by rules in plain Go.
package gate

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/report"
)

// Change is one resource of a preview, changed or not.
type Change struct {
	URN      string
	Type     string // token, e.g. kubernetes:core/v1:Secret
	Op       string // as the engine calls it; one that this tool does not know is a change
	Old, New State
	Protect  bool // the state's: the engine refuses to delete it
	Retain   bool // the program lets it out of its hands instead of deleting it

	Properties []report.Property
	Took       time.Duration
}

// State is a resource before or after, nil maps when it is not there. Secrets in it are masked.
type State struct {
	Inputs, Outputs map[string]any
	Parent          string // URN
	Exists          bool
}

// Same tells whether nothing happens to the resource.
func (c Change) Same() bool {
	return c.Op == string(apitype.OpSame) || c.Op == string(apitype.OpRead) || c.Op == string(apitype.OpRefresh)
}

// Gone tells whether what stands there now will not.
func (c Change) Gone() bool {
	return c.Op == string(apitype.OpDelete) || c.Op == string(apitype.OpReplace)
}

// Kind is the last part of the type.
func (c Change) Kind() string { return c.Type[strings.LastIndex(c.Type, ":")+1:] }

// Name is the resource's name in the program.
func (c Change) Name() string { return urn.URN(c.URN).Name() }

// Collector folds a preview's events. Its Observe is what engine.Options takes.
type Collector struct {
	byURN  map[string]*Change
	order  []string
	began  map[string]int // unix seconds
	errors []string
	ended  bool
}

// NewCollector is empty.
func NewCollector() *Collector {
	return &Collector{byURN: map[string]*Change{}, began: map[string]int{}}
}

// Observe takes one event.
func (c *Collector) Observe(e apitype.EngineEvent) {
	switch {
	case e.ResourcePreEvent != nil:
		c.began[e.ResourcePreEvent.Metadata.URN] = e.Timestamp
		c.step(e.ResourcePreEvent.Metadata)
	case e.ResOutputsEvent != nil:
		m := e.ResOutputsEvent.Metadata
		c.step(m)
		if change := c.byURN[m.URN]; change != nil {
			change.Took = time.Duration(e.Timestamp-c.began[m.URN]) * time.Second
		}
	case e.DiagnosticEvent != nil && e.DiagnosticEvent.Severity == "error":
		c.errors = append(c.errors, strings.TrimSpace(e.DiagnosticEvent.Message))
	case e.SummaryEvent != nil:
		c.ended = true
	}
}

// step takes one operation. A replacement comes as three, of which the sum is kept; of the others
// the last one, which knows the outputs, is kept.
func (c *Collector) step(m apitype.StepEventMetadata) {
	op := m.Op
	if op == apitype.OpCreateReplacement || op == apitype.OpDeleteReplaced {
		op = apitype.OpReplace
	}
	change, known := c.byURN[m.URN]
	if !known {
		change = &Change{URN: m.URN, Type: m.Type}
		c.byURN[m.URN], c.order = change, append(c.order, m.URN)
	}
	if known && change.Op == string(apitype.OpReplace) && op != apitype.OpReplace {
		return
	}
	change.Op = string(op)
	if m.Old != nil {
		change.Old = state(m.Old)
		change.Protect, change.Retain = m.Old.Protect, m.Old.RetainOnDelete
	}
	if m.New != nil && m.Op != apitype.OpDeleteReplaced {
		change.New = state(m.New)
	}
	if p := properties(m); len(p) > 0 || op == apitype.OpSame {
		change.Properties = p
	}
}

func state(m *apitype.StepEventStateMetadata) State {
	return State{Inputs: mask(m.Inputs), Outputs: mask(m.Outputs), Parent: m.Parent, Exists: true}
}

// Preview is what a preview said.
type Preview struct {
	Changes []Change // every resource, in the order in which the engine came to them
	Errors  []string
	Ended   bool // the engine came to the end of it
}

// Preview gives what was collected.
func (c *Collector) Preview() Preview {
	p := Preview{Errors: c.errors, Ended: c.ended}
	for _, u := range c.order {
		p.Changes = append(p.Changes, *c.byURN[u])
	}
	return p
}

// layer names the layer of a change.
func (c Change) layer() string { return engine.LayerOf(c.URN) }

// Sort puts the most dangerous first, then by layer and ID.
func Sort(items []report.Item) {
	slices.SortStableFunc(items, func(a, b report.Item) int {
		return cmp.Or(-cmp.Compare(a.Danger.Level(), b.Danger.Level()), cmp.Compare(a.Layer, b.Layer), cmp.Compare(a.ID, b.ID))
	})
}
