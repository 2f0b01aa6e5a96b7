// Package recorded keeps what a release left in a sandbox, without its secrets and without what is true
// of that one sandbox only, and gives it back in the terms of another sandbox: so that the engine can
// say what a later version of the program would do to it.
package recorded

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// Schema is the version of the file. A field may be added within a version.
const Schema = "streamforge.state/v1"

// State is a stack's state at a release. Texts in round brackets, such as (secret), stand for what
// another sandbox has in the same place.
type State struct {
	Schema    string               `json:"schema"`
	Release   string               `json:"release"` // e.g. v0.1.0
	Resources []apitype.ResourceV3 `json:"resources"`
}

// Write stores the state, readable by everybody: there is nothing secret in it.
func (s State) Write(file string) error {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(s); err != nil {
		return fmt.Errorf("state of %s: %w", s.Release, err)
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil { //nolint:gosec // no secret, see above
		return fmt.Errorf("state of %s: %w", s.Release, err)
	}
	return nil
}

// Read reads what Write has written.
func Read(file string) (s State, err error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return s, fmt.Errorf("recorded state: %w", err)
	}
	if err := json.Unmarshal(raw, &s); err != nil || s.Schema != Schema {
		return s, fmt.Errorf("recorded state %s: not a state (%s), as `make record` writes it", file, Schema)
	}
	return s, nil
}
