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

// Unfinished lists what an earlier run has left undecided: operations that it was cut off in, as "creating Pool
// proxmox-pool", and resources that were made but then failed, as "Release traefik". What the state says of them, if
// anything, is not what is there: only a refresh can tell.
func Unfinished(d apitype.DeploymentV3) (cutOffIn, failed []string) {
	for _, op := range d.PendingOperations {
		cutOffIn = append(cutOffIn, string(op.Type)+" "+label(string(op.Resource.URN)))
	}
	for _, r := range d.Resources {
		switch {
		case slices.Contains(r.InitErrors, madeIn):
			cutOffIn = append(cutOffIn, "creating "+label(string(r.URN)))
		case slices.Contains(r.InitErrors, changedIn):
			cutOffIn = append(cutOffIn, "changing "+label(string(r.URN)))
		case len(r.InitErrors) > 0:
			failed = append(failed, label(string(r.URN)))
		}
	}
	slices.Sort(cutOffIn)
	slices.Sort(failed)
	return slices.Compact(cutOffIn), slices.Compact(failed)
}

// ConfigFile is the stack's configuration, Pulumi.<stack>.yaml.
func (s *Stack) ConfigFile() string {
	return filepath.Join(s.project.Dir, "Pulumi."+s.project.Stack+".yaml")
}
