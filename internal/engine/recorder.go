package engine

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// activity is one operation on one resource that is under way.
type activity struct {
	urn, op string
	since   time.Time
	message string // latest word of the provider about it
}

// recorder folds engine events into a summary. Its methods may be called from several goroutines.
type recorder struct {
	op  Operation
	bin string // tools folder, where plugins are meant to be found
	now func() time.Time

	mu      sync.Mutex
	start   time.Time
	layers  []*Layer
	active  map[string]*activity // by URN and operation
	seen    map[string]bool      // URNs that are in the counts
	changes []Change
	errors  map[string][]string // diagnostics of severity error, by URN
	failed  []Failure
	warned  []Failure
	result  string
}

func newRecorder(op Operation, bin string, now func() time.Time) *recorder {
	return &recorder{
		op: op, bin: bin, now: now, start: now(),
		active: map[string]*activity{}, seen: map[string]bool{}, errors: map[string][]string{},
	}
}

// line is one piece of news. Important ones are shown in every view.
type line struct {
	text      string
	important bool
}

// apply takes one event and returns what it has to tell.
func (r *recorder) apply(e events.EngineEvent) []line {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case e.ResourcePreEvent != nil:
		r.begin(e.ResourcePreEvent.Metadata)
	case e.ResOutputsEvent != nil:
		return r.finish(e.ResOutputsEvent.Metadata)
	case e.ResOpFailedEvent != nil:
		return r.fail(e.ResOpFailedEvent.Metadata)
	case e.DiagnosticEvent != nil:
		return r.diagnose(e.DiagnosticEvent)
	case e.SummaryEvent != nil:
		r.result = string(e.SummaryEvent.Result)
	}
	return nil
}

// custom tells whether a provider works on the resource; components are only structure.
func custom(m apitype.StepEventMetadata) bool {
	return m.New != nil && m.New.Custom || m.Old != nil && m.Old.Custom
}

func (r *recorder) layer(name string) *Layer {
	for _, l := range r.layers {
		if l.Name == name {
			return l
		}
	}
	l := &Layer{Name: name, Counts: Counts{}}
	r.layers = append(r.layers, l)
	return l
}

func (r *recorder) begin(m apitype.StepEventMetadata) {
	if !counted(m.URN) {
		return
	}
	l := r.layer(layerOf(m.URN))
	if !custom(m) && m.Op != apitype.OpRefresh {
		r.count(m) // the end of a component is told only if the program registers its outputs
	}
	key := m.URN + string(m.Op)
	if !custom(m) || m.Op == apitype.OpReplace || r.active[key] != nil {
		return // a replace is only the sum of the creation and the deletion around it
	}
	r.active[key] = &activity{urn: m.URN, op: string(m.Op), since: r.now()}
	if l.running++; l.running == 1 {
		l.since = r.now()
	}
}

// end takes an operation out of the list of those under way. Refresh ends under another name
// than it began with.
func (r *recorder) end(m apitype.StepEventMetadata) (took time.Duration) {
	key := m.URN + string(m.Op)
	a := r.active[key]
	if a == nil {
		key = m.URN + string(apitype.OpRefresh)
		a = r.active[key]
	}
	if a == nil {
		return 0
	}
	delete(r.active, key)
	l := r.layer(layerOf(m.URN))
	if l.running--; l.running == 0 {
		l.Busy += r.now().Sub(l.since)
	}
	return r.now().Sub(a.since)
}

func (r *recorder) finish(m apitype.StepEventMetadata) []line {
	if !counted(m.URN) {
		return nil
	}
	took, op := r.end(m), string(m.Op)
	r.count(m)
	if !custom(m) || m.Op == apitype.OpSame || m.Op == apitype.OpReplace || r.op.dry() {
		return nil // what a dry run finds is listed at its end
	}
	return []line{{text: r.done(m.URN, verb(r.op, op), took)}}
}

// count adds a resource to the totals, once; the halves of a replacement are counted as one.
func (r *recorder) count(m apitype.StepEventMetadata) {
	if m.Op == apitype.OpCreateReplacement || m.Op == apitype.OpDeleteReplaced || r.seen[m.URN] {
		return
	}
	r.seen[m.URN] = true
	r.layer(layerOf(m.URN)).Counts[string(m.Op)]++
	if m.Op != apitype.OpSame && m.Op != apitype.OpRead {
		r.changes = append(r.changes, Change{
			URN: m.URN, Label: label(m.URN), Layer: layerOf(m.URN), Op: string(m.Op), Diff: diffOf(m),
			component: !custom(m),
		})
	}
}

// diffOf lists the paths of the properties that differ.
func diffOf(m apitype.StepEventMetadata) []string {
	if len(m.DetailedDiff) > 0 {
		return slices.Sorted(maps.Keys(m.DetailedDiff))
	}
	paths := slices.Concat(m.Diffs, m.Keys)
	slices.Sort(paths)
	return slices.Compact(paths)
}

func (r *recorder) fail(m apitype.StepEventMetadata) []line {
	r.end(m)
	r.layer(layerOf(m.URN)).Failed++
	f := Failure{
		URN: m.URN, Label: label(m.URN), Layer: layerOf(m.URN), Op: string(m.Op),
		Message: strings.Join(r.errors[m.URN], "\n"),
	}
	delete(r.errors, m.URN)
	if f.Message == "" {
		f.Message = "the provider gave no reason"
	}
	r.failed = append(r.failed, f)
	return []line{{text: r.done(m.URN, "FAILED", 0), important: true}}
}
