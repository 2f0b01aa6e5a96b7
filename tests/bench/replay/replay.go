// Package replay holds programs that register exactly what a state holds, with the recorded inputs
// as they are: no configuration, no logic, no resource waiting for another but for its parent and
// its provider. What they take is the engine's and the providers' own time.
package replay

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Program registers the resources of a state, which has its secrets in clear.
func Program(state apitype.DeploymentV3) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		p := &player{ctx: ctx, versions: map[string]string{}, made: map[resource.URN]pulumi.Resource{}}
		for _, r := range state.Resources {
			if err := p.play(r); err != nil {
				return fmt.Errorf("%s: %w", r.URN, err)
			}
		}
		return nil
	}
}

type player struct {
	ctx      *pulumi.Context
	versions map[string]string // of the engine's own providers, by URN
	made     map[resource.URN]pulumi.Resource
}

func (p *player) play(r apitype.ResourceV3) error {
	switch {
	case r.Type == resource.RootStackType || r.Delete:
		return nil
	case IsDefaultProvider(r):
		p.versions[string(r.URN)], _ = r.Inputs["version"].(string)
		return nil
	case !r.Custom:
		made := &component{}
		p.made[r.URN] = made
		return p.ctx.RegisterComponentResource(string(r.Type), r.URN.Name(), made, p.parent(r)...)
	}
	inputs, err := value(Inputs(r))
	if err != nil {
		return err
	}
	made := created(r)
	p.made[r.URN] = made
	return p.ctx.RegisterResource(string(r.Type), r.URN.Name(), inputs.(pulumi.Map), made, p.options(r)...)
}

type component struct{ pulumi.ResourceState }

type custom struct{ pulumi.CustomResourceState }

type provider struct{ pulumi.ProviderResourceState }

func created(r apitype.ResourceV3) pulumi.CustomResource {
	if IsProvider(r) {
		return &provider{}
	}
	return &custom{}
}

func (p *player) parent(r apitype.ResourceV3) []pulumi.ResourceOption {
	if parent, ok := p.made[r.Parent]; ok {
		return []pulumi.ResourceOption{pulumi.Parent(parent)}
	}
	return nil
}

func (p *player) options(r apitype.ResourceV3) []pulumi.ResourceOption {
	opts := append(p.parent(r), pulumi.Protect(r.Protect), pulumi.RetainOnDelete(r.RetainOnDelete), pulumi.IgnoreChanges(r.IgnoreChanges))
	from := ProviderOf(r)
	if explicit, ok := p.made[from].(*provider); ok {
		return append(opts, pulumi.Provider(explicit))
	}
	return append(opts, pulumi.Version(p.versions[string(from)]))
}

// ProviderOf is the URN in a resource's reference to its provider, which is URN::ID.
func ProviderOf(r apitype.ResourceV3) resource.URN {
	return resource.URN(r.Provider[:max(0, strings.LastIndex(r.Provider, "::"))])
}

// IsProvider tells providers from what they make.
func IsProvider(r apitype.ResourceV3) bool {
	return strings.HasPrefix(string(r.Type), "pulumi:providers:")
}

// IsDefaultProvider tells the providers that the engine makes by itself: default, or default_1_2_3.
func IsDefaultProvider(r apitype.ResourceV3) bool {
	return IsProvider(r) && (r.URN.Name() == "default" || strings.HasPrefix(r.URN.Name(), "default_"))
}

// Inputs are what a program gives: without what bridged providers note down of their defaults.
func Inputs(r apitype.ResourceV3) map[string]any {
	return withoutNotes(r.Inputs).(map[string]any)
}

func withoutNotes(v any) any {
	switch v := v.(type) {
	case map[string]any:
		kept := make(map[string]any, len(v))
		for key, member := range v {
			if key != "__defaults" {
				kept[key] = withoutNotes(member)
			}
		}
		return kept
	case []any:
		kept := make([]any, len(v))
		for i, member := range v {
			kept[i] = withoutNotes(member)
		}
		return kept
	}
	return v
}

// Secret gives the value of a secret as a state has it, in clear.
func Secret(m map[string]any) (value any, ok bool, err error) {
	if m[resource.SigKey] != resource.SecretSig {
		return nil, false, nil
	}
	text, ok := m["plaintext"].(string)
	if !ok {
		return nil, false, errors.New("a secret of the state is not in clear")
	}
	err = json.Unmarshal([]byte(text), &value)
	return value, true, err
}

// value turns what the state has into what a program gives.
func value(v any) (pulumi.Input, error) {
	switch v := v.(type) {
	case map[string]any:
		inner, secret, err := Secret(v)
		if err != nil {
			return nil, err
		}
		if secret {
			plain, err := value(inner)
			return pulumi.ToSecret(plain), err
		}
		all := pulumi.Map{}
		for key, member := range v {
			if all[key], err = value(member); err != nil {
				return nil, err
			}
		}
		return all, nil
	case []any:
		all := make(pulumi.Array, len(v))
		for i, member := range v {
			var err error
			if all[i], err = value(member); err != nil {
				return nil, err
			}
		}
		return all, nil
	case nil:
		return nil, nil
	}
	return pulumi.ToOutput(v), nil
}
