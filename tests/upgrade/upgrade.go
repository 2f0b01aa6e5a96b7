// Package upgrade holds what the releases left in a sandbox, and how a sandbox reads it. See
// docs/howto-upgrade.md.
package upgrade

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/recorded"
	"github.com/streamforge/infrastructure/internal/sandbox"
)

// stack is the one that runs against a sandbox.
const stack = "sandbox"

// Site reads the sandbox of the working copy at root, whose stack must have been deployed.
func Site(ctx context.Context, root string) (*recorded.Site, error) {
	sb, err := sandbox.Open(root)
	if err != nil {
		return nil, err
	}
	at, err := sb.Endpoints()
	if err != nil {
		return nil, err
	}
	s, err := engine.Open(ctx, engine.Project{
		Dir: sb.Project(), Stack: stack, Bin: filepath.Join(root, "bin"), Env: sb.Env(), Private: true,
	}, nil)
	if err != nil {
		return nil, err
	}
	state, _, err := s.State(ctx)
	if err != nil {
		return nil, err
	}
	if len(state.Resources) == 0 {
		return nil, fmt.Errorf("sandbox in %s: nothing is deployed: run `make up`", sb.Dir())
	}
	lan := at.APIAddress.String()
	texts := map[string]string{
		"(sandbox)": sb.Dir(), "(proxmox)": at.ProxmoxURL, "(vault)": at.Vault.URL,
		"127.53.0.": lan[:strings.LastIndex(lan, ".")+1],
	}
	if at.Identity != nil {
		texts["(keycloak)"] = at.Identity.URL
	}
	return recorded.NewSite(texts, map[string]float64{"(apiPort)": float64(at.APIPort)}, state), nil
}
