// Package critical finds out of a run's own events what held it: the chain of operations, each of which
// could not begin before the one before it had ended, that took longest in all.
package critical

import (
	"slices"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/streamforge/infrastructure/tests/bench/replay"
)

// Step is one operation on one resource, in the time since the run's first event.
type Step struct {
	URN        resource.URN
	Begin, End time.Duration
}

// Took is the time from the operation's begin to its end.
func (s Step) Took() time.Duration { return s.End - s.Begin }

// Label is the type and the name of the resource.
func (s Step) Label() string { return string(s.URN.Type().Name()) + " " + s.URN.Name() }

// Events gathers the operations of a run. The zero value is ready. The engine's own times are whole
// seconds, so the moment counts at which an event arrives.
type Events struct {
	start time.Time
	steps map[resource.URN]*Step
}

// Observe takes one event. It is for engine.Options.
func (e *Events) Observe(event apitype.EngineEvent) { e.at(event, time.Now()) }

func (e *Events) at(event apitype.EngineEvent, now time.Time) {
	if e.steps == nil {
		e.start, e.steps = now, map[resource.URN]*Step{}
	}
	switch {
	case event.ResourcePreEvent != nil:
		m := event.ResourcePreEvent.Metadata
		e.steps[resource.URN(m.URN)] = &Step{URN: resource.URN(m.URN), Begin: now.Sub(e.start), End: -1}
	case event.ResOutputsEvent != nil:
		if step := e.steps[resource.URN(event.ResOutputsEvent.Metadata.URN)]; step != nil {
			step.End = now.Sub(e.start)
		}
	}
}

// Operations counts what has ended.
func (e *Events) Operations() int { return len(e.Steps()) }

// Steps are the operations that have ended.
func (e *Events) Steps() map[resource.URN]Step {
	ended := map[resource.URN]Step{}
	for urn, step := range e.steps {
		if step.End >= 0 {
			ended[urn] = *step
		}
	}
	return ended
}

// Path is the chain that took longest, first step first. What a resource waits for comes from the
// state: its dependencies, its provider and its parents. Components take no time of their own.
func Path(steps map[resource.URN]Step, state apitype.DeploymentV3) []Step {
	type way struct {
		length time.Duration
		before resource.URN
	}
	ways := map[resource.URN]way{}
	var last resource.URN
	for _, r := range state.Resources { // what is waited for stands before who waits
		var w way
		for _, before := range waitsFor(r) {
			if known, ok := ways[before]; ok && known.length > w.length {
				w = way{known.length, before}
			}
		}
		if step, ok := steps[r.URN]; ok && r.Custom {
			w.length += step.Took()
		}
		ways[r.URN] = w
		if last == "" || w.length > ways[last].length {
			last = r.URN
		}
	}
	var path []Step
	for urn := last; urn != ""; urn = ways[urn].before {
		if step, ok := steps[urn]; ok && step.Took() > 0 {
			path = append(path, step)
		}
	}
	slices.Reverse(path)
	return path
}

func waitsFor(r apitype.ResourceV3) []resource.URN {
	all := slices.Clone(r.Dependencies)
	for _, of := range r.PropertyDependencies {
		all = append(all, of...)
	}
	return append(all, replay.ProviderOf(r), r.Parent)
}

// Length is the time that the operations of a chain take together.
func Length(path []Step) (sum time.Duration) {
	for _, step := range path {
		sum += step.Took()
	}
	return sum
}

// Longest are the n operations of a chain that took longest, longest first.
func Longest(path []Step, n int) []Step {
	sorted := slices.SortedFunc(slices.Values(path), func(a, b Step) int { return int(b.Took() - a.Took()) })
	return sorted[:min(n, len(sorted))]
}
