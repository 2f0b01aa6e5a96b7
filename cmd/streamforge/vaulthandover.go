package main

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/engine"
	"github.com/streamforge/infrastructure/internal/vault"
)

func newVaultHandoverCmd(a *app) *cobra.Command {
	v := &vaultFlags{app: a}
	var rotate, rootInput, sharesInput bool
	cmd := &cobra.Command{
		Use:   "handover",
		Short: "Give the program a limited token of Vault, stored as a secret of the stack, and revoke root",
		Long: "Make a token that may configure Vault and read no secret, store it as the secret `vaultToken` of the stack,\n" +
			"and then revoke every root token. The root token comes from the file of `vault init`, from standard input,\n" +
			"or is made of the key shares. The token lives " + days(vault.Period) + " days; run this again within that time and it\n" +
			"is renewed. --rotate makes a new one and revokes the old.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			h := vault.Handover{File: v.file, Rotate: rotate}
			var err error
			switch {
			case rootInput && sharesInput:
				return usageError{errTwoInputs}
			case rootInput:
				var values []string
				if values, err = v.lines(cmd.Context(), "root token"); err == nil {
					h.Root = values[0]
				}
			case sharesInput:
				h.Keys, err = v.lines(cmd.Context(), "key shares")
			}
			if err != nil {
				return err
			}
			return v.handover(cmd.Context(), h)
		},
	}
	v.register(cmd, false)
	cmd.Flags().BoolVar(&rotate, "rotate", false, "make a new token although the stack has a good one")
	cmd.Flags().BoolVar(&rootInput, "root-stdin", false, "read a root token from standard input")
	cmd.Flags().BoolVar(&sharesInput, "shares-stdin", false, "read key shares from standard input, one a line, to make a root token of")
	return cmd
}

func (v *vaultFlags) handover(ctx context.Context, h vault.Handover) error {
	p, err := v.project(ctx)
	if err != nil {
		return err
	}
	servers, conf, err := v.servers(p)
	if err != nil {
		return err
	}
	s, err := engine.Open(ctx, p, program)
	if err != nil {
		return err
	}
	done, err := handVault(ctx, s, servers[0], h)
	if err != nil {
		return vaultProblem(ctx, err)
	}
	switch {
	case done.New:
		v.say("A token for the program is stored as a secret of stack %s; it ends on %s unless it is renewed.",
			v.stack, done.Expires.UTC().Format(time.DateOnly))
	default:
		v.say("The token of stack %s is good until %s.", v.stack, done.Expires.UTC().Format(time.DateOnly))
	}
	if done.Revoked > 0 {
		v.say("Revoked: %d token(s), every root token among them.", done.Revoked)
	}
	if !conf.Vault {
		v.say("\nNext: set handover.vault to true in Pulumi.%s.yaml, then\n  streamforge up -s %s", v.stack, v.stack)
	}
	return nil
}

// handVault does the handover for a stack.
func handVault(ctx context.Context, s *engine.Stack, server vault.Server, h vault.Handover) (vault.Handed, error) {
	stored, _, err := s.GetConfig(ctx, vaultSecret)
	if err != nil {
		return vault.Handed{}, err
	}
	h.Stored = stored
	h.Store = func(ctx context.Context, token string) error {
		return s.SetSecrets(ctx, map[string]string{vaultSecret: token})
	}
	return server.Handover(ctx, h)
}

func days(d time.Duration) string { return strconv.Itoa(int(d.Hours() / 24)) }

var errTwoInputs = errors.New("--root-stdin and --shares-stdin: there is one standard input, use one of them")
