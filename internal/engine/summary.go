package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Operation is what was done with a stack.
type Operation string

// The operations.
const (
	Up             Operation = "up"
	Preview        Operation = "preview"
	Refresh        Operation = "refresh"
	RefreshPreview Operation = "refresh --preview"
	Destroy        Operation = "destroy"
)

// dry tells whether the operation changes nothing.
func (o Operation) dry() bool { return o == Preview || o == RefreshPreview }

// Counts says how many resources each kind of change touched: create, update, replace, delete,
// same, and rarely read or import.
type Counts map[string]int

// Changed is the number of resources that are not as they were.
func (c Counts) Changed() int {
	n := 0
	for op, count := range c {
		if op != "same" && op != "read" {
			n += count
		}
	}
	return n
}

// Total is the number of resources.
func (c Counts) Total() int {
	n := 0
	for _, count := range c {
		n += count
	}
	return n
}

// Layer is what happened in one layer.
type Layer struct {
	Name    string        `json:"name"`
	Counts  Counts        `json:"counts"`
	Failed  int           `json:"failed"` // operations that failed
	Busy    time.Duration `json:"busyNs"` // time during which at least one of its resources was being worked on
	running int           // operations in flight
	since   time.Time     // when running left zero
}

// Change is one resource that is not as it was, or would not be.
type Change struct {
	URN   string   `json:"urn"`
	Label string   `json:"label"` // kind and name
	Layer string   `json:"layer"`
	Op    string   `json:"op"`
	Diff  []string `json:"diff,omitempty"` // paths of the properties that differ, never their values

	component bool // only structure, no provider works on it
}

// Failure is one operation that failed.
type Failure struct {
	URN     string `json:"urn,omitempty"` // empty: not about one resource
	Label   string `json:"label,omitempty"`
	Layer   string `json:"layer,omitempty"`
	Op      string `json:"op,omitempty"`
	Message string `json:"message"`
}

// Summary is the outcome of one operation. Its JSON holds no property values.
type Summary struct {
	Stack     string        `json:"stack"`
	Operation Operation     `json:"operation"`
	Result    string        `json:"result"` // succeeded, failed or cancelled
	Duration  time.Duration `json:"durationNs"`
	Counts    Counts        `json:"counts"`
	Layers    []Layer       `json:"layers"` // in the order in which the program came to them
	Changes   []Change      `json:"changes,omitempty"`
	Failures  []Failure     `json:"failures,omitempty"`
	Warnings  []Failure     `json:"warnings,omitempty"`
	// Unfinished are the operations that were under way when the engine ended; only a run that was
	// stopped at once has any, and nobody knows whether they took effect.
	Unfinished []string `json:"unfinished,omitempty"`

	Log     string  `json:"log,omitempty"` // file with the engine's full output
	Outputs Outputs `json:"-"`             // of the stack, after Up; secrets are masked
}

// Changed is the number of resources that differ from what was expected.
func (s Summary) Changed() int { return s.Counts.Changed() }

// verbs name an operation on a resource: done, and still to be done.
var verbs = map[string][2]string{
	"create":             {"created", "create"},
	"update":             {"updated", "update"},
	"delete":             {"deleted", "delete"},
	"replace":            {"replaced", "replace"},
	"create-replacement": {"created anew", "create anew"},
	"delete-replaced":    {"deleted old", "delete old"},
	"same":               {"unchanged", "keep"},
	"read":               {"read", "read"},
	"refresh":            {"checked", "check"},
	"import":             {"imported", "import"},
	"discard":            {"dropped", "drop"},
}

// refreshVerbs replace verbs when the engine looks for what others have changed.
var refreshVerbs = map[string]string{"update": "changed", "delete": "vanished"}

// verb names what an operation did, or would do, with a resource.
func verb(o Operation, op string) string {
	if o == Refresh || o == RefreshPreview {
		if v, ok := refreshVerbs[op]; ok {
			return v
		}
	}
	v, known := verbs[op]
	switch {
	case !known:
		return op
	case o == Preview:
		return v[1]
	default:
		return v[0]
	}
}

// opOrder is the order of a list of changes, the gravest last.
var opOrder = []string{"create", "import", "read", "update", "replace", "delete"}

// describe writes counts as "3 created, 1 updated"; unchanged resources are left out.
func describe(o Operation, c Counts) string {
	ops := make([]string, 0, len(c))
	for op := range c {
		if op != "same" && c[op] > 0 {
			ops = append(ops, op)
		}
	}
	slices.SortFunc(ops, func(a, b string) int {
		if d := slices.Index(opOrder, a) - slices.Index(opOrder, b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	parts := make([]string, 0, len(ops))
	for _, op := range ops {
		parts = append(parts, fmt.Sprintf("%d %s", c[op], planned(o, op)))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// planned is the verb of a count: "3 to create" in a preview.
func planned(o Operation, op string) string {
	if o == Preview {
		return "to " + verb(o, op)
	}
	return verb(o, op)
}
