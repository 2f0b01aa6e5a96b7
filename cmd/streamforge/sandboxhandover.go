package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/kubeconfig"
	"github.com/streamforge/infrastructure/internal/planned"
	"github.com/streamforge/infrastructure/internal/sandbox"
)

// handOver stores the secrets that in a real site a person hands over. For services that are not
// there, such as Telegram and GitLab, stand-ins of the right form do.
func (a *app) handOver(ctx context.Context, sb *sandbox.Sandbox, root string, at sandbox.Endpoints) error {
	raw, err := os.ReadFile(at.AdminKubeconfig)
	if err != nil {
		return fmt.Errorf("kubeconfig of the sandbox: %w", err)
	}
	accepted, err := kubeconfig.Accept(ctx, kubeconfig.Request{Raw: raw, Server: apiServer(at), Now: time.Now()})
	if err != nil {
		return fmt.Errorf("kubeconfig of the sandbox: %w", err)
	}
	secrets := planned.StandIns()
	delete(secrets, vaultSecret) // handed over below
	secrets["proxmoxToken"], secrets["kubeconfig"] = at.ProxmoxToken, string(accepted.Kubeconfig)
	if secrets["auditEnvironment"], err = stateAccess(sb); err != nil {
		return err
	}
	if at.Identity != nil {
		secrets["keycloakPassword"] = at.Identity.Password
	}
	s, err := engine.Open(ctx, sandboxProject(sb, root), program)
	if err != nil {
		return err
	}
	if err := s.SetSecrets(ctx, secrets); err != nil {
		return err
	}
	return handVaultOver(ctx, s, at.Vault)
}

// apiServer is the address of the sandbox's API server.
func apiServer(at sandbox.Endpoints) string {
	return "https://" + netip.AddrPortFrom(at.APIAddress, uint16(at.APIPort)).String() //nolint:gosec // a port
}

// stateAccess is what the audit in the cluster needs to read the sandbox's state.
func stateAccess(sb *sandbox.Sandbox) (string, error) {
	env := sb.Env()
	passphrase, err := os.ReadFile(env["PULUMI_CONFIG_PASSPHRASE_FILE"])
	if err != nil {
		return "", fmt.Errorf("passphrase of the sandbox: %w", err)
	}
	raw, err := json.Marshal(map[string]string{
		"PULUMI_BACKEND_URL": env["PULUMI_BACKEND_URL"], "PULUMI_CONFIG_PASSPHRASE": strings.TrimSpace(string(passphrase)),
	})
	return string(raw), err
}
