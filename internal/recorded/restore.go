package recorded

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Restore gives a recorded state as if it had been deployed into this sandbox: its addresses and secrets
// take their places. What the sandbox has nothing for keeps the text that stands for it. The result is
// what `pulumi stack import` takes.
func (s *Site) Restore(all State) (apitype.UntypedDeployment, error) {
	d := apitype.DeploymentV3{Manifest: s.state.Manifest, SecretsProviders: s.state.SecretsProviders, Resources: []apitype.ResourceV3{}}
	for _, r := range all.Resources {
		d.Resources = append(d.Resources, s.restore(r))
	}
	raw, err := json.Marshal(d)
	if err != nil {
		return apitype.UntypedDeployment{}, fmt.Errorf("state of %s: %w", all.Release, err)
	}
	return apitype.UntypedDeployment{Version: apitype.DeploymentSchemaVersionCurrent, Deployment: raw}, nil
}

func (s *Site) restore(r apitype.ResourceV3) apitype.ResourceV3 {
	r.Inputs, _ = walk(place(r, "inputs"), r.Inputs, false, s.fill).(map[string]any)
	if derived(r) {
		r.Outputs = outputs(r)
	} else {
		r.Outputs, _ = walk(place(r, "outputs"), r.Outputs, false, s.fill).(map[string]any)
	}
	r.ID, r.Provider = resource.ID(s.show.Replace(string(r.ID))), s.show.Replace(r.Provider)
	return r
}

// outputs are those that a provider gives back for such inputs when the world adds nothing to them.
func outputs(r apitype.ResourceV3) map[string]any {
	all := maps.Clone(r.Inputs)
	if r.Custom && all != nil && r.Type.Package() == "kubernetes" {
		inputs, err := json.Marshal(r.Inputs)
		if err != nil { // they came from JSON
			return all
		}
		all["__inputs"] = map[string]any{resource.SigKey: resource.SecretSig, "plaintext": string(inputs)}
		all["__initialApiVersion"] = r.Inputs["apiVersion"]
	}
	return all
}

// fill is the opposite of scrub.
func (s *Site) fill(path string, leaf any, _ bool) any {
	text, is := leaf.(string)
	if !is {
		return leaf
	}
	if n, own := s.digits[text]; own {
		return n
	}
	if text == hidden || text == changes {
		if here, known := s.leaves[path]; known {
			return here
		}
		return text
	}
	return s.show.Replace(text)
}
