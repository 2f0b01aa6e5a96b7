package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/stackfile"
	"github.com/streamforge/infrastructure/internal/vault"
	"github.com/streamforge/infrastructure/stacks/config"
)

// vaultSecret is the stack's secret that holds the program's token.
const vaultSecret = "vaultToken"

func newVaultCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "vault",
		Short: "Initialise and unseal Vault, and hand it to the program",
	}
	cmd.AddCommand(newVaultInitCmd(a), newVaultUnsealCmd(a), newVaultHandoverCmd(a))
	return cmd
}

// vaultFlags say which server and which file.
type vaultFlags struct {
	*app
	addresses []string
	caFile    string
	file      string
}

func (v *vaultFlags) register(cmd *cobra.Command, many bool) {
	v.forStack(cmd)
	text := "https address of the server, when it is not vault.address of the stack"
	if many {
		text += "; several times for the servers of a cluster, the first one first"
	}
	cmd.Flags().StringSliceVar(&v.addresses, "address", nil, text)
	cmd.Flags().StringVar(&v.caFile, "ca", "", "PEM file that verifies it, when it is not vault.caFile of the stack")
	cmd.Flags().StringVar(&v.file, "shares-file", "vault-shares.json", "file of the key shares; keep it off this machine and out of git")
}

// servers are those that the flags and the stack's file name.
func (v *vaultFlags) servers(p engine.Project) ([]vault.Server, config.Handover, error) {
	var conf config.Vault
	var h config.Handover
	stack, err := stackfile.Read(filepath.Join(p.Dir, "Pulumi."+p.Stack+".yaml"))
	if err != nil {
		return nil, h, err
	}
	if err := errors.Join(stack.Section(project+":vault", &conf), stack.Section(project+":handover", &h)); err != nil {
		return nil, h, err
	}
	addresses, caFile := v.addresses, v.caFile
	if len(addresses) == 0 {
		addresses = []string{conf.Address}
	}
	if caFile == "" {
		caFile = conf.CAFile
	}
	var ca []byte
	if caFile != "" {
		if ca, err = os.ReadFile(caFile); err != nil {
			return nil, h, engine.NewNotReady("vault", err.Error(),
				"write it with `streamforge outputs rootCertificate -s "+p.Stack+" > "+caFile+"`")
		}
	}
	servers := make([]vault.Server, len(addresses))
	for i, address := range addresses {
		servers[i] = vault.Server{Address: strings.TrimSuffix(address, "/"), CA: ca}
	}
	return servers, h, nil
}

// vaultProblem gives an error of a step its exit code; the text says already what to do.
func vaultProblem(ctx context.Context, err error) error {
	var unready *vault.Unready
	var unreachable *vault.Unreachable
	kind := engine.Refused
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		kind = engine.Cancelled
	case errors.As(err, &unready), errors.As(err, &unreachable):
		kind = engine.NotReady
	}
	return &engine.Problem{Kind: kind, What: "vault", Why: strings.TrimPrefix(err.Error(), "vault "), Err: err}
}

// publicKeys reads PGP keys as Vault wants them: binary, in base64. Armoured ones are taken apart.
func publicKeys(files []string) (keys []string, err error) {
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("pgp key: %w", err)
		}
		key, err := vault.PublicKey(raw)
		if err != nil {
			return nil, fmt.Errorf("pgp key %s: %w", file, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}
