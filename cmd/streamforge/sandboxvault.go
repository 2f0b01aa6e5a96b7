package main

import (
	"context"
	"fmt"
	"os"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/sandbox"
	"github.com/streamforge/infrastructure/internal/vault"
)

// vaultSettings lead runs to the sandbox's Vault, which reaches the API server from outside.
func vaultSettings(at sandbox.Endpoints, apiServer string) []setting {
	return []setting{
		{at.Vault.URL, "vault", "address"},
		{at.Vault.CA, "vault", "caFile"},
		{at.Vault.Audit, "vault", "auditFile"},
		{apiServer, "vault", "apiServer"},
	}
}

// handVaultOver does for the sandbox's Vault what a person does for a real one, by the same steps.
// Its shares stay in the sandbox's own folder.
func handVaultOver(ctx context.Context, s *engine.Stack, at sandbox.Vault) error {
	ca, err := os.ReadFile(at.CA)
	if err != nil {
		return fmt.Errorf("vault of the sandbox: %w", err)
	}
	server := vault.Server{Address: at.URL, CA: ca}
	if _, err := server.Init(ctx, vault.Init{File: at.Shares, Shares: 3, Threshold: 2}); err != nil {
		return vaultProblem(ctx, err)
	}
	shares, err := vault.ReadShares(at.Shares)
	if err != nil {
		return err
	}
	if _, err := server.Unseal(ctx, shares.Keys); err != nil {
		return vaultProblem(ctx, err)
	}
	_, err = handVault(ctx, s, server, vault.Handover{File: at.Shares})
	return vaultProblem(ctx, err)
}
