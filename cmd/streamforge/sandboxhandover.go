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
	"github.com/streamforge/infrastructure/internal/sandbox"
)

// noBot has the form of a Telegram bot's token. No Alertmanager runs in the sandbox that would use it.
const noBot = "0000000000:sandbox-sandbox-sandbox-sandbox-sand"

// noGitLab are secrets of section gitops, of the form they have to have. Nothing in the sandbox runs
// that would show them to a GitLab server, and there is none.
var noGitLab = [][2]string{
	{"runnerToken", "glrt-sandbox-sandbox-sandbox"},
	{"kanikoRunnerToken", "glrt-sandbox-sandbox-kaniko"},
	{"repositoryToken", "sandbox-sandbox-sandbox-sandbox"},
	{"registryLogin", `{"auths":{"registry.sandbox.test":{"auth":"c2FuZGJveDpzYW5kYm94"}}}`},
}

// handOver stores the secrets that in a real site a person hands over: the Proxmox token, that
// of a Telegram bot, those for GitLab, Keycloak's administrator's, Vault's, and the kubeconfig after the same checks.
func (a *app) handOver(ctx context.Context, sb *sandbox.Sandbox, root string, at sandbox.Endpoints) error {
	raw, err := os.ReadFile(at.AdminKubeconfig)
	if err != nil {
		return fmt.Errorf("kubeconfig of the sandbox: %w", err)
	}
	accepted, err := kubeconfig.Accept(ctx, kubeconfig.Request{Raw: raw, Server: apiServer(at), Now: time.Now()})
	if err != nil {
		return fmt.Errorf("kubeconfig of the sandbox: %w", err)
	}
	s, err := engine.Open(ctx, sandboxProject(sb, root), program)
	if err != nil {
		return err
	}
	if err := s.SetSecret(ctx, "proxmoxToken", at.ProxmoxToken); err != nil {
		return err
	}
	if err := s.SetSecret(ctx, "telegramToken", noBot); err != nil {
		return err
	}
	for _, secret := range noGitLab {
		if err := s.SetSecret(ctx, secret[0], secret[1]); err != nil {
			return err
		}
	}
	if at.Identity != nil {
		if err := s.SetSecret(ctx, "keycloakPassword", at.Identity.Password); err != nil {
			return err
		}
	}
	state, err := stateAccess(sb)
	if err != nil {
		return err
	}
	if err := s.SetSecret(ctx, "auditEnvironment", state); err != nil {
		return err
	}
	if err := s.SetSecret(ctx, "kubeconfig", string(accepted.Kubeconfig)); err != nil {
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
