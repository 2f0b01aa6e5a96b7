package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/streamforge/infrastructure/internal/engine"
)

// newRotateCmd makes a secret anew, with everything that was told it, in one run.
func newRotateCmd(a *app) *cobra.Command {
	o := &operation{app: a}
	cmd := &cobra.Command{
		Use:   "rotate [NAME...]",
		Short: "Make secrets anew; without a name, list them",
		Long: "Make secrets of the platform anew. Each is made of a private key that exists for nothing else; " +
			"the key is replaced in an ordinary run, and everything that was told the secret learns the new one. " +
			"docs/security.md says of each kind who has to do something afterwards.",
		Example: "  streamforge rotate\n  streamforge rotate k3-user-collector streamforge-pg-signals --yes",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, names []string) error {
			if len(names) > 0 {
				if err := o.canAsk("rotate"); err != nil {
					return err
				}
			}
			return a.withStack(cmd.Context(), func(s *engine.Stack) error { return o.rotate(cmd.Context(), s, names) })
		},
	}
	a.forStack(cmd)
	cmd.ValidArgsFunction = completeArgs(anyNumber, func() []string { _, keys := a.nearby(); return keys })
	o.yesFlag(cmd)
	o.chartsFlag(cmd)
	return cmd
}

func (o *operation) rotate(ctx context.Context, s *engine.Stack, names []string) error {
	keys, err := s.Keys(ctx)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		for _, k := range keys {
			if _, err := fmt.Fprintln(o.out, k.Name); err != nil {
				return err
			}
		}
		return nil
	}
	if o.replace, err = chosenKeys(keys, names, s.Name()); err != nil {
		return usageError{err}
	}
	return o.up(ctx, s)
}

// chosenKeys gives the URNs of the named keys.
func chosenKeys(keys []engine.Key, names []string, stack string) (urns []string, err error) {
	for _, name := range names {
		var found []engine.Key
		for _, k := range keys {
			if k.Name == name {
				found = append(found, k)
			}
		}
		switch {
		case len(found) == 0:
			return nil, fmt.Errorf("rotate %s: no such secret in stack %s; `streamforge rotate -s %s` lists them", name, stack, stack)
		case len(found) > 1:
			return nil, fmt.Errorf("rotate %s: %d secrets have this name, replace one by `pulumi up --replace URN`", name, len(found))
		case found[0].Protected:
			return nil, fmt.Errorf("rotate %s: protected, because what depends on it does not follow by itself; "+
				"read docs/security.md, then `pulumi state unprotect '%s'` and try again", name, strings.ReplaceAll(found[0].URN, "'", ""))
		}
		urns = append(urns, found[0].URN)
	}
	return urns, nil
}
