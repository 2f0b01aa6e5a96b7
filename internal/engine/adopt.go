package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

const (
	// wholeStack matches the resource that stands for the stack itself: no provider has to read it.
	wholeStack = "urn:pulumi:*::*::pulumi:pulumi:Stack::*"
	// storeTime is how long a write may take that must not be interrupted: of a state, or of a stack's file.
	storeTime = time.Minute
	// cutOff marks an adopted resource until a refresh has read it, see Unfinished.
	cutOff = "the run that made it was cut off"
)

// adopt takes the creations that an earlier run has left pending into the state as resources, where the
// project tells their id, so that the refresh that follows finds out which of them the world has. The others are
// forgotten. What is secret in the state stays encrypted.
func (s *Stack) adopt(ctx context.Context) error {
	exported, err := s.export(ctx)
	if err != nil {
		return err
	}
	if _, n, err := adopted(exported, s.project.IDs); err != nil || n == 0 {
		return err
	}
	// A run that is at work right now has pending creations too, and could save between export and import
	// what the import then undoes. Only an operation that takes the lock can tell that there is none.
	if _, err := s.stack.Refresh(ctx, optrefresh.Target([]string{wholeStack}), optrefresh.ShowSecrets(false)); err != nil {
		return err
	}
	if exported, err = s.export(ctx); err != nil {
		return err
	}
	edited, n, err := adopted(exported, s.project.IDs)
	if err != nil || n == 0 {
		return err
	}
	// An interrupt would leave the lock behind.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTime)
	defer cancel()
	_, _, _, err = s.cmd.Run(ctx, s.project.Dir, bytes.NewReader(edited), nil, nil, nil,
		"stack", "import", "--stack", s.project.Stack)
	return err
}

// export reads the state as it is stored, secrets encrypted.
func (s *Stack) export(ctx context.Context) ([]byte, error) {
	out, _, _, err := s.cmd.Run(ctx, s.project.Dir, nil, nil, nil, nil, "stack", "export", "--stack", s.project.Stack)
	return []byte(out), err
}

// adopted appends the pending creations whose id is known to the resources of an exported state, drops the
// others, and counts both. At the end of the list each stands after all that it depends on, because its creation
// could not begin before theirs had ended. What a later engine may add to a state is kept.
func adopted(exported []byte, ids map[string]string) (edited []byte, n int, err error) {
	var file map[string]any
	d := json.NewDecoder(bytes.NewReader(exported))
	d.UseNumber() // an integer of a resource may have more digits than a float
	if err := d.Decode(&file); err != nil {
		return nil, 0, fmt.Errorf("exported state: %w", err)
	}
	state, _ := file["deployment"].(map[string]any)
	resources, _ := state["resources"].([]any)
	known := map[any]bool{}
	for _, r := range resources {
		r, _ := r.(map[string]any)
		known[r["urn"]] = true
	}
	pending, _ := state["pending_operations"].([]any)
	rest := []any{}
	for _, op := range pending {
		op, _ := op.(map[string]any)
		if op["type"] != string(apitype.OperationTypeCreating) {
			rest = append(rest, op)
			continue
		}
		n++
		r, _ := op["resource"].(map[string]any)
		id := idOf(r, ids)
		if id == "" || known[r["urn"]] {
			continue
		}
		known[r["urn"]] = true
		// Without any outputs the provider would import the resource instead of reading it, and call one that
		// is not there an error.
		outputs := maps.Clone(r["inputs"].(map[string]any))
		outputs["id"] = id
		r["id"], r["outputs"], r["initErrors"] = id, outputs, []string{cutOff}
		resources = append(resources, r)
	}
	if n == 0 {
		return nil, 0, nil
	}
	state["resources"], state["pending_operations"] = resources, rest
	edited, err = json.Marshal(file)
	return edited, n, err
}

// idOf is the id that a resource of the state gets from its inputs, empty where nothing tells it: an input
// that is secret, not given, or not known to be the id.
func idOf(r map[string]any, ids map[string]string) string {
	kind, _ := r["type"].(string)
	inputs, _ := r["inputs"].(map[string]any)
	id, _ := inputs[ids[kind]].(string)
	return id
}
