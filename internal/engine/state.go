package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// State reads what the latest run has recorded, secrets in clear, and the SHA-256 of all of it.
func (s *Stack) State(ctx context.Context) (d apitype.DeploymentV3, digest string, err error) {
	raw, err := s.stack.Export(ctx)
	if err != nil {
		return d, "", s.explain(ctx, "read the state of "+s.project.Stack, err, nil)
	}
	if len(raw.Deployment) == 0 { // nothing was ever deployed
		return d, "", nil
	}
	if err := json.Unmarshal(raw.Deployment, &d); err != nil {
		return d, "", fmt.Errorf("state of %s: %w", s.project.Stack, err)
	}
	sum := sha256.Sum256(raw.Deployment)
	return d, hex.EncodeToString(sum[:]), nil
}

// Unfinished lists what was cut off, as "creating Release traefik": operations that a killed run had
// begun, and resources that were made but whose creation then failed. What the state says of them, if
// anything, is not what is there: only a refresh can tell.
func Unfinished(d apitype.DeploymentV3) []string {
	var open []string
	for _, op := range d.PendingOperations {
		open = append(open, string(op.Type)+" "+label(string(op.Resource.URN)))
	}
	for _, r := range d.Resources {
		if len(r.InitErrors) > 0 {
			open = append(open, "creating "+label(string(r.URN)))
		}
	}
	slices.Sort(open)
	return slices.Compact(open)
}

// ConfigFile is the stack's configuration, Pulumi.<stack>.yaml.
func (s *Stack) ConfigFile() string {
	return filepath.Join(s.project.Dir, "Pulumi."+s.project.Stack+".yaml")
}
