package replay

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// YAML gives a Pulumi YAML program of a state, which has its secrets in clear, with the same inputs
// and the same edges, and that state as such a program's own: YAML has no components, so what stands
// below one moves up to the stack. Nor has it custom resources
// (https://github.com/pulumi/pulumi-kubernetes/issues/1971): they are left out. Known are the types of
// the Kubernetes provider's schema.
func YAML(state apitype.DeploymentV3, project, stack string, known map[string]bool) (program []byte, moved apitype.DeploymentV3, err error) {
	w := &writer{
		project: project, stack: stack,
		urns: map[resource.URN]resource.URN{}, keys: map[resource.URN]string{},
		versions: map[resource.URN]any{}, taken: map[string]bool{}, resources: map[string]any{},
	}
	moved = state
	moved.Resources, moved.PendingOperations, moved.Metadata = nil, nil, apitype.SnapshotMetadataV1{}
	for _, r := range state.Resources {
		unknown := strings.HasPrefix(string(r.Type), "kubernetes:") && !known[string(r.Type)]
		if r.Delete || unknown || !r.Custom && r.Type != resource.RootStackType {
			continue
		}
		own, err := w.move(r)
		if err != nil {
			return nil, moved, fmt.Errorf("%s: %w", r.URN, err)
		}
		moved.Resources = append(moved.Resources, own)
	}
	program, err = json.Marshal(map[string]any{"name": project, "runtime": "yaml", "resources": w.resources}) // JSON is YAML
	return program, moved, err
}

type writer struct {
	project, stack string
	urns           map[resource.URN]resource.URN // old to new
	keys           map[resource.URN]string       // in the program, by old URN
	versions       map[resource.URN]any          // of the engine's own providers, by old URN
	taken          map[string]bool
	resources      map[string]any
}

// move gives the resource as the YAML program's state has it, and writes it into the program.
func (w *writer) move(r apitype.ResourceV3) (apitype.ResourceV3, error) {
	old := r
	if r.Type == resource.RootStackType {
		r.URN = resource.DefaultRootStackURN(tokens.QName(w.stack), tokens.PackageName(w.project))
		w.urns[old.URN] = r.URN
		r.Outputs = nil
		return r, nil
	}
	name := r.URN.Name()
	for n := 2; w.taken[string(r.Type)+name]; n++ {
		name = fmt.Sprintf("%s-%d", r.URN.Name(), n)
	}
	w.taken[string(r.Type)+name] = true
	r.URN = resource.NewURN(tokens.QName(w.stack), tokens.PackageName(w.project), "", r.Type, name)
	w.urns[old.URN] = r.URN
	r.Parent, r.Aliases, r.PropertyDependencies, r.DeletedWith = "", nil, nil, ""
	if !IsDefaultProvider(r) {
		r.Parent = resource.DefaultRootStackURN(tokens.QName(w.stack), tokens.PackageName(w.project))
	}
	r.Dependencies = nil
	for _, d := range old.Dependencies {
		if own, ok := w.urns[d]; ok {
			r.Dependencies = append(r.Dependencies, own)
		}
	}
	from := ProviderOf(old)
	if own, ok := w.urns[from]; ok {
		r.Provider = string(own) + strings.TrimPrefix(old.Provider, string(from))
	}
	if IsDefaultProvider(r) {
		w.versions[old.URN] = r.Inputs["version"]
		return r, nil
	}
	return r, w.write(old, r.Type, name)
}

// write adds the resource to the program.
func (w *writer) write(r apitype.ResourceV3, typ tokens.Type, name string) error {
	key := fmt.Sprintf("r%d", len(w.resources))
	w.keys[r.URN] = key
	properties, err := written(Inputs(r))
	if err != nil {
		return err
	}
	options := map[string]any{}
	if r.Protect {
		options["protect"] = true
	}
	if r.RetainOnDelete {
		options["retainOnDelete"] = true
	}
	if len(r.IgnoreChanges) > 0 {
		options["ignoreChanges"] = r.IgnoreChanges
	}
	var after []string
	for _, d := range r.Dependencies {
		if key, ok := w.keys[d]; ok {
			after = append(after, "${"+key+"}")
		}
	}
	if len(after) > 0 {
		options["dependsOn"] = slices.Compact(after)
	}
	from := ProviderOf(r)
	if key, ok := w.keys[from]; ok {
		options["provider"] = "${" + key + "}"
	} else if version, ok := w.versions[from]; ok {
		options["version"] = version
	}
	p := properties.(map[string]any)
	if IsProvider(r) { // the engine keeps the version among the inputs
		if version, ok := p["version"].(string); ok {
			options["version"] = version
		}
		delete(p, "version")
		delete(p, "__internal")
	}
	w.resources[key] = map[string]any{"type": string(typ), "name": name, "properties": p, "options": options}
	return nil
}

// written turns what a state has into what YAML says.
func written(v any) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		inner, secret, err := Secret(v)
		if err != nil {
			return nil, err
		}
		if secret {
			plain, err := written(inner)
			return map[string]any{"fn::secret": plain}, err
		}
		all := make(map[string]any, len(v))
		for key, member := range v {
			if all[key], err = written(member); err != nil {
				return nil, err
			}
		}
		return all, nil
	case []any:
		all := make([]any, len(v))
		for i, member := range v {
			var err error
			if all[i], err = written(member); err != nil {
				return nil, err
			}
		}
		return all, nil
	case string:
		return strings.ReplaceAll(v, "${", "$${"), nil
	}
	return v, nil
}
