// Package picture draws the architecture from what the program registers: layers, the components in
// them, and what waits for what. Nothing in it is drawn by hand, and the same program gives the same
// picture, byte for byte.
package picture

// Schema is the version of the model as JSON. A field may be added within a version.
const Schema = "streamforge.architecture/v1"

// Model is the architecture of one stack.
type Model struct {
	Schema    string  `json:"schema"`
	Stack     string  `json:"stack"`
	Resources int     `json:"resources"`
	Layers    []Layer `json:"layers"` // by step, then by name
	Edges     []Edge  `json:"edges"`  // between layers, without those that follow from others
}

// Layer is a component of the program's top level.
type Layer struct {
	Name       string      `json:"name"`
	Step       int         `json:"step"`               // from 1: the length of the longest chain of layers that ends here
	After      []string    `json:"after"`              // layers, the sources of its edges
	Resources  int         `json:"resources"`          // everything below it
	Versions   []string    `json:"versions,omitempty"` // of what it declares itself, outside of components
	Components []Component `json:"components"`
}

// Component is one tool within a layer, or one host that is published.
type Component struct {
	Name      string   `json:"name"`
	Type      string   `json:"type"`               // e.g. MetalLB
	Resources int      `json:"resources"`          // everything below it
	Versions  []string `json:"versions,omitempty"` // of charts, images and definitions, e.g. metallb 0.14.9
	After     []string `json:"after,omitempty"`    // components and layers it waits for, without what follows from others

	chart string // version of its only chart, empty for none and for several
}

// Published says that the component stands for a host name.
func (c Component) Published() bool { return c.Type == "Published" }

// Edge says that To waits for From.
type Edge struct {
	From  string   `json:"from"`  // layer
	To    string   `json:"to"`    // layer
	Pairs []string `json:"pairs"` // "arangodb waits for piraeus", each by at least one resource
}
