package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/streamforge/infrastructure/internal/atomicfile"
	"github.com/streamforge/infrastructure/internal/process"
	"github.com/streamforge/infrastructure/internal/sandbox/pki"
)

// Vault is the Vault server of the sandbox. It stands outside the cluster, where nothing connects
// to a pod, and starts sealed like any other.
type Vault struct {
	URL    string `json:"url"`    // https address
	CA     string `json:"ca"`     // file in PEM form that verifies it
	Audit  string `json:"audit"`  // file its audit device writes
	Shares string `json:"shares"` // file for its key shares, which a person would name
}

func (s *Sandbox) vault(p ports) Vault {
	return Vault{
		URL: fmt.Sprintf("https://%s:%d", loopback, p[portVault]), CA: s.path("pki", "ca.crt"),
		Audit: s.path("vault", "audit.log"), Shares: s.path("vault-shares.json"),
	}
}

// prepareVault writes the server's settings, as the chart does for a pod.
func (s *Sandbox) prepareVault(p ports, certs pki.Set) error {
	data := s.path("vault", "raft")
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	cluster := fmt.Sprintf("%s:%d", loopback, p[portVaultCluster])
	raw, err := json.MarshalIndent(map[string]any{
		"storage": map[string]any{"raft": map[string]any{"path": data, "node_id": "sandbox"}},
		"listener": []any{map[string]any{"tcp": map[string]any{
			"address": fmt.Sprintf("%s:%d", loopback, p[portVault]), "cluster_address": cluster,
			"tls_cert_file": certs.Vault.Cert, "tls_key_file": certs.Vault.Key,
			"telemetry": map[string]any{"unauthenticated_metrics_access": true},
		}}},
		"telemetry":     map[string]any{"disable_hostname": true, "prometheus_retention_time": "24h"},
		"api_addr":      s.vault(p).URL,
		"cluster_addr":  "https://" + cluster,
		"disable_mlock": true,
		"ui":            false,
		"log_level":     "warn",
	}, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(s.vaultConfig(), append(raw, '\n'), 0o600)
}

func (s *Sandbox) vaultConfig() string { return filepath.Join(s.path("vault"), "vault.json") }

func (v *supervisor) startVault(ctx context.Context) error {
	return v.start(ctx, process.Vault{Common: v.common(), Config: v.vaultConfig(), Port: v.ports[portVault]}.Spec())
}
