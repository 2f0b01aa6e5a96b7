package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// Key is a private key that the program made. Passwords are made of one, and new with it.
type Key struct {
	Name      string // of the resource
	URN       string
	Protected bool // the engine refuses to replace it
}

const keyType = "tls:index/privateKey:PrivateKey"

// Keys lists the private keys in the stack's state, by name. The keys themselves are not read.
func (s *Stack) Keys(ctx context.Context) ([]Key, error) {
	state, err := s.stack.Export(ctx)
	if err != nil {
		return nil, s.explain(ctx, "read the state of "+s.project.Stack, err, nil)
	}
	keys, err := keysOf(state.Deployment)
	if err != nil {
		return nil, fmt.Errorf("state of %s: %w", s.project.Stack, err)
	}
	return keys, nil
}

// keysOf finds the keys of an exported state.
func keysOf(deployment json.RawMessage) ([]Key, error) {
	var d apitype.DeploymentV3
	if err := json.Unmarshal(deployment, &d); err != nil {
		return nil, fmt.Errorf("not a deployment: %w", err)
	}
	var all []Key
	for _, r := range d.Resources {
		if string(r.Type) == keyType && !r.Delete {
			all = append(all, Key{Name: r.URN.Name(), URN: string(r.URN), Protected: r.Protect})
		}
	}
	slices.SortFunc(all, func(a, b Key) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}
