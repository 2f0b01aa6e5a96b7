package engine

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
)

// Masked stands for a secret that is not shown.
const Masked = "[secret]"

// Output is one stack output.
type Output struct {
	Value  any
	Secret bool
}

// Outputs are a stack's outputs by name.
type Outputs map[string]Output

// Plain is the value of an output that exists and is no secret; else nil.
func (o Outputs) Plain(name string) any {
	if v, ok := o[name]; ok && !v.Secret {
		return v.Value
	}
	return nil
}

// Values are the outputs for printing, secrets masked unless showSecrets.
func (o Outputs) Values(showSecrets bool) map[string]any {
	vs := make(map[string]any, len(o))
	for name, v := range o {
		if v.Secret && !showSecrets {
			vs[name] = Masked
			continue
		}
		vs[name] = v.Value
	}
	return vs
}

// Outputs reads the outputs of the latest run. Secrets are among them in clear.
func (s *Stack) Outputs(ctx context.Context) (Outputs, error) {
	m, err := s.stack.Outputs(ctx)
	if err != nil {
		return nil, s.explain(ctx, "outputs of "+s.project.Stack, err, nil)
	}
	return outputs(m), nil
}

func outputs(m auto.OutputMap) Outputs {
	o := make(Outputs, len(m))
	for name, v := range m {
		o[name] = Output{Value: v.Value, Secret: v.Secret}
	}
	return o
}
