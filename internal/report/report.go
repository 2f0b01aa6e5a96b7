// Package report is what the gate and the audit say, and the forms in which they say it: one
// versioned document, rendered as Markdown for a merge request, as one HTML page, and as JUnit.
// It knows neither Pulumi nor Kubernetes.
package report

import "time"

// Schema versions. A field may be added within a version; readers ignore what they do not know.
const (
	GateSchema  = "streamforge.gate/v1"
	DriftSchema = "streamforge.drift/v1"
)

// Danger is what a change or a drift can cost, in growing order.
type Danger string

// The classes.
const (
	None     Danger = "none"
	Cosmetic Danger = "cosmetic"  // labels, descriptions: nothing works otherwise
	Capacity Danger = "capacity"  // fewer or smaller: slower, or full sooner
	Access   Danger = "access"    // who may do or reach what
	Outage   Danger = "outage"    // something does not answer for a while
	DataLoss Danger = "data-loss" // something is gone that no run brings back
)

// Dangers lists the classes in growing order.
func Dangers() []Danger { return []Danger{None, Cosmetic, Capacity, Access, Outage, DataLoss} }

// Level is the position of a class in Dangers; an unknown one counts as the gravest.
func (d Danger) Level() int {
	for i, known := range Dangers() {
		if d == known {
			return i
		}
	}
	return len(Dangers()) - 1
}

// Masked stands for a value that is not shown because it is a secret, or may be one.
const Masked = "[secret]"

// Property is one value that differs. Before and After are texts fit to be printed: JSON for what
// is no string, Masked for secrets, empty for what is not there.
type Property struct {
	Path     string `json:"path"` // as the engine writes it, e.g. spec.replicas or containers[0].image
	Before   string `json:"before,omitempty"`
	After    string `json:"after,omitempty"`
	Replaces bool   `json:"replaces,omitempty"` // it is the reason for a replacement
	Unknown  bool   `json:"unknown,omitempty"`  // After is only known once it is made
}

// Item is one line of a report: a change of the gate, a finding of the audit, or a broken rule.
type Item struct {
	ID         string     `json:"id"`              // stable over runs: what approvals, ignores and baselines refer to
	Layer      string     `json:"layer,omitempty"` // layer.component, as in the summary of a run
	Kind       string     `json:"kind"`            // of the object, e.g. KafkaTopic
	Name       string     `json:"name"`
	Op         string     `json:"op"` // create, update, replace, delete, ...; edited, extra, missing, unmanaged, ...; or rule
	Danger     Danger     `json:"danger"`
	Reasons    []string   `json:"reasons,omitempty"` // why it has its danger and its state, each a sentence
	Properties []Property `json:"properties,omitempty"`
	State      string     `json:"state"`             // of the gate: allowed, approved, needs-approval, denied, waived; of the audit: new, known, ignored
	Owner      string     `json:"owner,omitempty"`   // who approved, waived or ignores it
	Until      string     `json:"until,omitempty"`   // date until which that holds
	Manager    string     `json:"manager,omitempty"` // who made a drift, from managedFields
	When       *time.Time `json:"when,omitempty"`    // and when
	Hint       string     `json:"hint,omitempty"`    // the way out
	Parent     string     `json:"parent,omitempty"`  // ID of the item that this one follows from
	Nested     []Item     `json:"nested,omitempty"`  // objects within a Helm release
}

// Report is the document.
type Report struct {
	Schema      string         `json:"schema"`
	Stack       string         `json:"stack"`
	Time        time.Time      `json:"time"` // when it was made, UTC
	Duration    time.Duration  `json:"durationNs"`
	Verdict     string         `json:"verdict"` // one word; what the words mean is documented with the command
	ExitCode    int            `json:"exitCode"`
	Headline    string         `json:"headline"`          // one sentence
	Offline     bool           `json:"offline,omitempty"` // made without the world, see docs/gate.md
	Fingerprint string         `json:"fingerprint,omitempty"`
	Counts      map[string]int `json:"counts"`              // resources by operation, or findings by class
	Coverage    *float64       `json:"coverage,omitempty"`  // percent of live objects that somebody manages
	Items       []Item         `json:"items"`               // the most dangerous first
	Unchecked   []string       `json:"unchecked,omitempty"` // what could not be looked at, and why
	Warnings    []string       `json:"warnings,omitempty"`  // stale approvals, unused ignores and the like
	Slowest     []Timing       `json:"slowest,omitempty"`
}

// Timing is how long one resource took.
type Timing struct {
	Name string        `json:"name"`
	Took time.Duration `json:"tookNs"`
}
