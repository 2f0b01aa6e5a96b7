package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/vault/api"
)

// Handover gives the program a token that may configure the server and nothing else.
type Handover struct {
	File   string                                      // key shares and root token, empty when Root and Keys say them
	Root   string                                      // a root token; empty means that of File, or a new one by Keys
	Keys   []string                                    // shares in clear; empty means those of File
	Stored string                                      // the token that the stack has, empty when it has none
	Rotate bool                                        // make a new token although Stored is good
	Store  func(ctx context.Context, tok string) error // keeps the token as a secret of the stack
}

// Period is how long the program's token lives after it was made or last renewed.
const Period = 32 * 24 * time.Hour

// Handed is what a handover came to.
type Handed struct {
	New     bool      // the stack has another token than before
	Revoked int       // tokens that were revoked: root ones, and the program's earlier ones
	Expires time.Time // of the program's token, unless it is renewed before
}

// Handover makes the program's token, has it stored, and only then revokes whatever is more than
// it: at no time is there neither. Interrupted anywhere, it may be repeated; finished, it does
// nothing but renew a token of which half the life is over.
func (s Server) Handover(ctx context.Context, h Handover) (Handed, error) {
	if err := s.open(ctx); err != nil {
		return Handed{}, err
	}
	shares, err := h.shares()
	if err != nil {
		return Handed{}, err
	}
	good, err := s.program(ctx, h.Stored)
	if err != nil {
		return Handed{}, err
	}
	left := shares.Root != "" || h.Root != "" // something more powerful may still be valid
	if good != nil && !h.Rotate && !left {
		return s.renew(ctx, h.Stored, *good)
	}
	root, err := s.root(ctx, h, shares, good != nil && !h.Rotate)
	if err != nil {
		return Handed{}, err
	}
	done := Handed{}
	if root != nil {
		if done, err = s.exchange(ctx, root, h, good); err != nil {
			return Handed{}, err
		}
	} else {
		done.Expires = good.expires
	}
	if shares.Root != "" && h.File != "" {
		shares.Root, shares.RootPGP = "", false
		err = shares.write(h.File)
	}
	return done, err
}

// open refuses a server that cannot take part.
func (s Server) open(ctx context.Context) error {
	st, err := s.State(ctx)
	switch {
	case err != nil:
		return err
	case !st.Initialized:
		return &Unready{s.Address, "is not initialised", "run `streamforge vault init`, then `streamforge vault unseal`"}
	case !st.Sealed:
		if err := s.active(ctx); !errors.Is(err, errSealed) {
			return err
		}
	}
	return &Unready{s.Address, "is sealed", "run `streamforge vault unseal`"}
}

func (h Handover) shares() (Shares, error) {
	if h.File == "" {
		return Shares{}, nil
	}
	shares, err := ReadShares(h.File)
	if errors.Is(err, NoShares) {
		return Shares{}, nil
	}
	if shares.PGP {
		shares.Keys = nil
	}
	if shares.RootPGP {
		shares.Root = ""
	}
	return shares, err
}

// exchange uses root to make what the program needs, and then revokes it.
func (s Server) exchange(ctx context.Context, root *api.Client, h Handover, good *token) (Handed, error) {
	done := Handed{}
	if err := root.Sys().PutPolicyWithContext(ctx, PolicyName, Policy()); err != nil {
		return done, fmt.Errorf("vault %s: policy %s: %w", s.Address, PolicyName, err)
	}
	keep := good
	if good == nil || h.Rotate {
		made, err := s.create(ctx, root)
		if err != nil {
			return done, err
		}
		if err := h.Store(ctx, made.secret); err != nil {
			return done, fmt.Errorf("token of the program: %w; the root token is still valid: run `streamforge vault handover` again", err)
		}
		keep, done.New = made, true
	}
	done.Expires = keep.expires
	var err error
	if done.Revoked, err = revokeOthers(ctx, root, keep.accessor); err != nil {
		return done, fmt.Errorf("vault %s: %w; run `streamforge vault handover` again", s.Address, err)
	}
	return done, nil
}

// token is one of the program's.
type token struct {
	secret, accessor string
	expires          time.Time
}

// create makes an orphan, so that revoking root does not take it along.
func (s Server) create(ctx context.Context, root *api.Client) (*token, error) {
	got, err := root.Auth().Token().CreateOrphanWithContext(ctx, &api.TokenCreateRequest{
		DisplayName: PolicyName, Policies: []string{PolicyName}, NoDefaultPolicy: true,
		Period: Period.String(), Renewable: ptr(true), Type: "service",
	})
	if err != nil {
		return nil, fmt.Errorf("vault %s: token of the program: %w", s.Address, err)
	}
	return &token{got.Auth.ClientToken, got.Auth.Accessor, time.Now().Add(time.Duration(got.Auth.LeaseDuration) * time.Second)}, nil
}

func ptr[T any](v T) *T { return &v }

// program judges the stored token: nil when there is none, or none that Vault accepts.
func (s Server) program(ctx context.Context, stored string) (*token, error) {
	if stored == "" {
		return nil, nil //nolint:nilnil // no token is an answer
	}
	c, err := s.client(stored)
	if err != nil {
		return nil, err
	}
	self, err := c.Auth().Token().LookupSelfWithContext(ctx)
	if refused(err) {
		return nil, nil //nolint:nilnil // it has expired or was revoked
	}
	if err != nil {
		return nil, fmt.Errorf("vault %s: token of the stack: %w", s.Address, err)
	}
	policies, err := self.TokenPolicies()
	if err != nil || !slices.Equal(policies, []string{PolicyName}) {
		return nil, err // another's token is not kept
	}
	accessor, err := self.TokenAccessor()
	if err != nil {
		return nil, err
	}
	ttl, err := self.TokenTTL()
	return &token{stored, accessor, time.Now().Add(ttl)}, err
}

func (s Server) renew(ctx context.Context, stored string, t token) (Handed, error) {
	if time.Until(t.expires) > Period/2 {
		return Handed{Expires: t.expires}, nil
	}
	c, err := s.client(stored)
	if err != nil {
		return Handed{}, err
	}
	if _, err := c.Auth().Token().RenewSelfWithContext(ctx, 0); err != nil {
		return Handed{}, fmt.Errorf("vault %s: renew the token of the stack: %w", s.Address, err)
	}
	return Handed{Expires: time.Now().Add(Period)}, nil
}
