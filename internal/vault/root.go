package vault

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/vault/api"
)

// root gives a client with a root token: the one handed in, that of the file, or a new one that
// the shares make. With optional set, nil means that none is left to be revoked.
func (s Server) root(ctx context.Context, h Handover, shares Shares, optional bool) (*api.Client, error) {
	for _, candidate := range []string{h.Root, shares.Root} {
		if candidate == "" {
			continue
		}
		c, err := s.client(candidate)
		if err != nil {
			return nil, err
		}
		self, err := c.Auth().Token().LookupSelfWithContext(ctx)
		if refused(err) {
			continue // revoked by an earlier attempt
		}
		if err != nil {
			return nil, fmt.Errorf("vault %s: root token: %w", s.Address, err)
		}
		if policies, err := self.TokenPolicies(); err != nil || !slices.Contains(policies, "root") {
			return nil, errors.Join(fmt.Errorf("vault %s: the token handed in is no root token", s.Address), err)
		}
		return c, nil
	}
	if optional {
		return nil, nil //nolint:nilnil // there is none
	}
	keys := h.Keys
	if len(keys) == 0 {
		keys = shares.Keys
	}
	if len(keys) == 0 {
		return nil, &Unready{s.Address, "the stack has no token that it accepts, and there is no root token that it accepts either",
			"name the file of the key shares with --shares-file, give shares with --shares-stdin, or a root token with --root-stdin"}
	}
	fresh, err := s.generate(ctx, keys)
	if err != nil {
		return nil, err
	}
	return s.client(fresh)
}

// generate makes a root token from a quorum of shares. What others began before is dropped.
func (s Server) generate(ctx context.Context, keys []string) (root string, err error) {
	c, err := s.client("")
	if err != nil {
		return "", err
	}
	fail := func(err error) (string, error) {
		return "", fmt.Errorf("vault %s: make a root token of the shares: %w", s.Address, err)
	}
	if err := c.Sys().GenerateRootCancelWithContext(ctx); err != nil {
		return fail(err)
	}
	begun, err := c.Sys().GenerateRootInitWithContext(ctx, "", "")
	if err != nil {
		return fail(err)
	}
	defer func() {
		if err != nil { // else Vault would hold the shares given so far, for whoever asks next
			_ = c.Sys().GenerateRootCancelWithContext(context.WithoutCancel(ctx)) // the next attempt begins with it too
		}
	}()
	for _, key := range keys {
		now, err := c.Sys().GenerateRootUpdateWithContext(ctx, key, begun.Nonce)
		if err != nil {
			return fail(err)
		}
		if now.Complete {
			return unmask(now.EncodedToken, begun.OTP)
		}
	}
	return "", &Unready{s.Address, fmt.Sprintf("%d share(s) are too few to make a root token, which takes %d", len(keys), begun.Required),
		"give all of them at once"}
}

// unmask undoes the one-time pad under which the token travels.
func unmask(encoded, otp string) (string, error) {
	raw, err := base64.RawStdEncoding.DecodeString(encoded)
	if err != nil || len(raw) != len(otp) {
		return "", errors.New("root token: Vault's answer does not fit the one-time pad")
	}
	for i := range raw {
		raw[i] ^= otp[i]
	}
	return string(raw), nil
}

// revokeOthers revokes every root token and every token of the program but keep's. The token that
// root itself uses goes last: until then a repetition can go on with it.
func revokeOthers(ctx context.Context, root *api.Client, keep string) (revoked int, err error) {
	list, err := root.Logical().ListWithContext(ctx, "auth/token/accessors")
	if err != nil {
		return 0, fmt.Errorf("list tokens: %w", err)
	}
	self, err := root.Auth().Token().LookupSelfWithContext(ctx)
	if err != nil {
		return 0, fmt.Errorf("look up the root token: %w", err)
	}
	own, err := self.TokenAccessor()
	if err != nil {
		return 0, err
	}
	accessors, _ := list.Data["keys"].([]any)
	for _, a := range accessors {
		accessor, _ := a.(string)
		if accessor == keep || accessor == own {
			continue
		}
		found, err := root.Auth().Token().LookupAccessorWithContext(ctx, accessor)
		if refused(err) {
			continue // it has expired meanwhile
		}
		if err != nil {
			return revoked, fmt.Errorf("look up a token: %w", err)
		}
		policies, err := found.TokenPolicies()
		if err != nil {
			return revoked, err
		}
		if !slices.Contains(policies, "root") && !slices.Contains(policies, PolicyName) {
			continue
		}
		if err := root.Auth().Token().RevokeAccessorWithContext(ctx, accessor); err != nil {
			return revoked, fmt.Errorf("revoke a token: %w", err)
		}
		revoked++
	}
	if err := root.Auth().Token().RevokeSelfWithContext(ctx, ""); err != nil {
		return revoked, fmt.Errorf("revoke the root token: %w", err)
	}
	return revoked + 1, nil
}
