package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/vault"
)

func newVaultInitCmd(a *app) *cobra.Command {
	v := &vaultFlags{app: a}
	in := vault.Init{}
	var pgp []string
	var rootKey string
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Initialise Vault: the key shares go to one file, and nowhere else",
		Long: "Initialise Vault. Its key shares and the first root token are written to the file, readable by you only,\n" +
			"or encrypted for the PGP keys named, one for each share. The file is never overwritten. Nothing of it is\n" +
			"printed, logged or stored in the stack. Of several servers only the first one is initialised.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if in.PGPKeys, err = publicKeys(pgp); err != nil {
				return usageError{err}
			}
			if rootKey != "" {
				keys, err := publicKeys([]string{rootKey})
				if err != nil {
					return usageError{err}
				}
				in.RootKey = keys[0]
			}
			return v.init(cmd.Context(), in)
		},
	}
	v.register(cmd, false)
	cmd.Flags().IntVar(&in.Shares, "shares", 5, "number of key shares, 1 to 255")
	cmd.Flags().IntVar(&in.Threshold, "threshold", 3, "number of shares that unseal")
	cmd.Flags().StringSliceVar(&pgp, "pgp-key", nil, "file of a public key, once for each share")
	cmd.Flags().StringVar(&rootKey, "root-pgp-key", "", "file of the public key for the root token")
	return cmd
}

func (v *vaultFlags) init(ctx context.Context, in vault.Init) error {
	p, err := v.project(ctx)
	if err != nil {
		return err
	}
	servers, _, err := v.servers(p)
	if err != nil {
		return err
	}
	in.File = v.file
	done, err := servers[0].Init(ctx, in)
	if err != nil {
		return vaultProblem(ctx, err)
	}
	if !done {
		v.say("Vault at %s is initialised already, and %s has its shares: nothing to do.", servers[0].Address, in.File)
	} else {
		v.say("Vault at %s is initialised: %d shares, %d of which unseal it, are in %s.", servers[0].Address, in.Shares, in.Threshold, in.File)
		v.say("Give each share to one person and keep none of them together once the handover is done.")
	}
	v.say("\nNext: streamforge vault unseal -s %s", v.stack)
	return nil
}

func newVaultUnsealCmd(a *app) *cobra.Command {
	v := &vaultFlags{app: a}
	var input bool
	cmd := &cobra.Command{
		Use:   "unseal",
		Short: "Unseal Vault with the shares of the file, or with those on standard input",
		Long: "Give Vault key shares until it is open. Several people may each give theirs: what one gave counts until\n" +
			"the server restarts. Every server of a cluster is unsealed by itself: name them with --address.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return v.unseal(cmd.Context(), input) },
	}
	v.register(cmd, true)
	cmd.Flags().BoolVar(&input, "stdin", false, "read shares from standard input, one a line, instead of from the file")
	return cmd
}

func (v *vaultFlags) unseal(ctx context.Context, input bool) error {
	p, err := v.project(ctx)
	if err != nil {
		return err
	}
	servers, handover, err := v.servers(p)
	if err != nil {
		return err
	}
	keys, err := v.keys(ctx, input)
	if err != nil {
		return err
	}
	for _, s := range servers {
		done, err := s.Unseal(ctx, keys)
		if err != nil {
			return vaultProblem(ctx, err)
		}
		if done {
			v.say("Vault at %s is unsealed.", s.Address)
		} else {
			v.say("Vault at %s is open already: nothing to do.", s.Address)
		}
	}
	if !handover.Vault {
		v.say("\nNext: streamforge vault handover -s %s", v.stack)
	}
	return nil
}

// keys are shares in clear.
func (v *vaultFlags) keys(ctx context.Context, input bool) ([]string, error) {
	if input {
		return v.lines(ctx, "key shares")
	}
	shares, err := vault.ReadShares(v.file)
	if err != nil {
		return nil, engine.NewNotReady("vault", err.Error(), "name the file with --shares-file, or give shares with --stdin")
	}
	if shares.PGP {
		return nil, engine.NewNotReady("vault", "the shares in "+v.file+" are encrypted",
			"let each person decrypt theirs (base64 -d | gpg -d) and give it with --stdin")
	}
	return shares.Keys, nil
}
