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
	// madeIn marks an adopted resource until a refresh has read it, changedIn one whose change was cut off; see Unfinished.
	madeIn, changedIn = "the run that made it was cut off", "the run that changed it was cut off"
)

// adopt takes the creations that an earlier run has left pending into the state as resources, where the
// project tells their id, so that the refresh that follows finds out which of them the world has. The others are
// forgotten. Changes that are pending are marked at their resources, because no import of a state keeps them.
// What is secret in the state stays encrypted.
func (s *Stack) adopt(ctx context.Context) error {
	exported, err := s.export(ctx)
	if err != nil {
		return err
	}
	begun, err := cutShort(exported)
	if err != nil || begun[apitype.OperationTypeCreating] == nil {
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
	edited, err := adopted(exported, s.project.IDs, begun)
	if err != nil {
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

// cutShort names the resources of an exported state whose creation, change or deletion was begun and never ended.
func cutShort(exported []byte) (map[apitype.OperationType]map[string]bool, error) {
	var file struct {
		Deployment apitype.DeploymentV3 `json:"deployment"`
	}
	if err := json.Unmarshal(exported, &file); err != nil {
		return nil, fmt.Errorf("exported state: %w", err)
	}
	begun := map[apitype.OperationType]map[string]bool{}
	for _, op := range file.Deployment.PendingOperations {
		if begun[op.Type] == nil {
			begun[op.Type] = map[string]bool{}
		}
		begun[op.Type][string(op.Resource.URN)] = true
	}
	return begun, nil
}

// adopted appends the pending creations whose id is known to the resources of an exported state, drops the
// others, and marks the resources of all that was begun besides. At the end of the list each stands after all that it
// depends on, because its creation could not begin before theirs had ended. What replaces a resource that is deleted
// already takes its place: what depends on that stands behind it. What a later engine may add to a state is kept.
func adopted(exported []byte, ids map[string]string, begun map[apitype.OperationType]map[string]bool) ([]byte, error) {
	var file map[string]any
	d := json.NewDecoder(bytes.NewReader(exported))
	d.UseNumber() // an integer of a resource may have more digits than a float
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("exported state: %w", err)
	}
	state, _ := file["deployment"].(map[string]any)
	resources, _ := state["resources"].([]any)
	known, replaced := map[any]bool{}, map[any]int{}
	for i, r := range resources {
		r, _ := r.(map[string]any)
		urn, _ := r["urn"].(string)
		if r["pendingReplacement"] == true {
			replaced[urn] = i
			continue
		}
		known[urn] = true
		if begun[apitype.OperationTypeUpdating][urn] || begun[apitype.OperationTypeDeleting][urn] {
			old, _ := r["initErrors"].([]any)
			r["initErrors"] = append(old, changedIn)
		}
	}
	creations, _ := state["pending_operations"].([]any)
	for _, op := range creations {
		op, _ := op.(map[string]any)
		r, _ := op["resource"].(map[string]any)
		id := idOf(r, ids)
		if op["type"] != string(apitype.OperationTypeCreating) || id == "" || known[r["urn"]] {
			continue
		}
		known[r["urn"]] = true
		// Without any outputs the provider would import the resource instead of reading it, and call one that
		// is not there an error.
		outputs := maps.Clone(r["inputs"].(map[string]any))
		outputs["id"] = id
		r["id"], r["outputs"], r["initErrors"] = id, outputs, []string{madeIn}
		if i, is := replaced[r["urn"]]; is {
			resources[i] = r
		} else {
			resources = append(resources, r)
		}
	}
	state["resources"] = resources
	delete(state, "pending_operations")
	return json.Marshal(file)
}

// idOf is the id that a resource of the state gets from its inputs, empty where nothing tells it: an input
// that is secret, not given, or not known to be the id.
func idOf(r map[string]any, ids map[string]string) string {
	kind, _ := r["type"].(string)
	inputs, _ := r["inputs"].(map[string]any)
	id, _ := inputs[ids[kind]].(string)
	return id
}
