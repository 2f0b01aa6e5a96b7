package planned

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/streamforge/infrastructure/internal/report"
)

// Schema is the version of the file. A field may be added within a version.
const Schema = "streamforge.graph/v1"

// Document is a graph in a file, to be compared with that of another revision. It holds no secret.
type Document struct {
	Schema    string  `json:"schema"`
	Stack     string  `json:"stack"`
	Resources []Entry `json:"resources"` // in the order of registration
}

// Entry is one resource of a document.
type Entry struct {
	URN     string         `json:"urn"`
	Type    string         `json:"type"`
	Parent  string         `json:"parent,omitempty"` // URN
	Inputs  map[string]any `json:"inputs"`           // secrets as report.Masked
	Protect bool           `json:"protect,omitempty"`
	Retain  bool           `json:"retain,omitempty"`
	Aliases []string       `json:"aliases,omitempty"` // whole URNs that it had before
}

// Document gives the graph without its secrets. Names of this machine's folders are taken out of
// texts by local, nil when there are none.
func (g *Graph) Document(local *strings.Replacer) Document {
	if local == nil {
		local = strings.NewReplacer()
	}
	d := Document{Schema: Schema, Stack: g.stack(), Resources: []Entry{}}
	for _, r := range g.All {
		inputs, _ := shown(resource.NewProperty(r.Inputs), local).(map[string]any)
		d.Resources = append(d.Resources, Entry{
			URN: r.URN, Type: r.Type, Parent: r.Parent, Inputs: inputs, Protect: r.Protect, Retain: r.Retain, Aliases: r.aliases(),
		})
	}
	return d
}

// shown gives a value as the engine's events would, secrets masked.
func shown(v resource.PropertyValue, local *strings.Replacer) any {
	switch {
	case v.IsSecret(), v.IsOutput() && v.OutputValue().Secret:
		return report.Masked
	case v.IsComputed(), v.IsOutput() && !v.OutputValue().Known:
		return plugin.UnknownStringValue
	case v.IsOutput():
		return shown(v.OutputValue().Element, local)
	case v.IsObject():
		m := map[string]any{}
		for k, e := range v.ObjectValue() {
			m[string(k)] = shown(e, local)
		}
		return m
	case v.IsArray():
		a := []any{}
		for _, e := range v.ArrayValue() {
			a = append(a, shown(e, local))
		}
		return a
	case v.IsString():
		return local.Replace(v.StringValue())
	case v.IsAsset():
		return "asset " + v.AssetValue().Hash
	case v.IsArchive():
		return "archive " + v.ArchiveValue().Hash
	}
	return v.V
}

// Write stores the document, readable by everybody: there is nothing secret in it.
func (d Document) Write(file string) error {
	raw, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("graph: %w", err)
	}
	if err := os.WriteFile(file, append(raw, '\n'), 0o644); err != nil { //nolint:gosec // no secret, see above
		return fmt.Errorf("graph: %w", err)
	}
	return nil
}

// Read reads a document of the same stack.
func Read(file, stack string) (d Document, err error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return d, fmt.Errorf("graph: %w", err)
	}
	if err := json.Unmarshal(raw, &d); err != nil || d.Schema != Schema {
		return d, fmt.Errorf("graph %s: not a graph (%s), as `streamforge gate --offline --graph FILE` writes it", file, Schema)
	}
	if d.Stack != stack {
		return d, fmt.Errorf("graph %s: it is of stack %q, not of %q", file, d.Stack, stack)
	}
	return d, nil
}
