package vault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/hashicorp/vault/api"
)

// Init is how a server is initialised.
type Init struct {
	File      string   // where the shares go; made with mode 0600, never overwritten
	Shares    int      // 1 to 255
	Threshold int      // shares that unseal, 2 to Shares; 1 only of 1
	PGPKeys   []string // public keys, base64, one a share; empty means shares in clear
	RootKey   string   // public key for the root token, base64; empty means in clear
}

// Done says whether a step did something.
type Done bool

// Init initialises the server. It does nothing when the server is initialised and File has its shares.
func (s Server) Init(ctx context.Context, in Init) (Done, error) {
	if err := in.check(); err != nil {
		return false, err
	}
	st, err := s.State(ctx)
	if err != nil {
		return false, err
	}
	if st.Initialized {
		return false, s.initialized(in.File)
	}
	if err := reserve(in.File, Shares{Address: s.Address}, in.room()); err != nil {
		return false, err
	}
	c, err := s.client("")
	if err != nil {
		return false, err
	}
	c.SetMaxRetries(0) // a second answer would only be that it is initialised
	// The shares are given once: who stops the command now still wants them.
	sent, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestTimeout)
	defer cancel()
	got, err := c.Sys().InitWithContext(sent, &api.InitRequest{
		SecretShares: in.Shares, SecretThreshold: in.Threshold, PGPKeys: in.PGPKeys, RootTokenPGPKey: in.RootKey,
	})
	if err != nil {
		return false, s.notInitialized(in.File, err)
	}
	shares := Shares{
		Address: s.Address, Threshold: in.Threshold, Keys: got.KeysB64, Root: got.RootToken,
		PGP: len(in.PGPKeys) > 0, RootPGP: in.RootKey != "",
	}
	if err := shares.fill(in.File); err != nil {
		return false, s.unsure(in.File, shares, err)
	}
	return true, nil
}

// room is what the shares and the root token take at most in the file, each encrypted for a PGP key of 16384 bits.
func (in Init) room() int { return (in.Shares + 2) * 4096 }

func (in Init) check() error {
	switch {
	case in.Shares < 1 || in.Shares > 255:
		return fmt.Errorf("key shares: %d: must be 1 to 255", in.Shares)
	case in.Threshold < 1 || in.Threshold > in.Shares:
		return fmt.Errorf("threshold: %d: must be 1 to %d, the number of shares", in.Threshold, in.Shares)
	case in.Threshold == 1 && in.Shares > 1:
		return fmt.Errorf("threshold: 1 of %d shares: any one person could unseal alone; use at least 2", in.Shares)
	case len(in.PGPKeys) > 0 && len(in.PGPKeys) != in.Shares:
		return fmt.Errorf("pgp keys: %d for %d shares: give one for each share", len(in.PGPKeys), in.Shares)
	case len(in.PGPKeys) > 0 && in.RootKey == "":
		return errors.New("pgp keys: the root token would stand in the file in clear; name a key for it as well")
	}
	return nil
}

// initialized is the error of a server that is initialised already, nil when File fits it.
func (s Server) initialized(file string) error {
	shares, err := ReadShares(file)
	if errors.Is(err, NoShares) {
		return &Unready{s.Address, "is initialised already, and there is no " + file,
			"its shares are with those who initialised it: go on with `streamforge vault unseal`"}
	}
	if err != nil {
		return err
	}
	if len(shares.Keys) == 0 {
		return s.lost(file)
	}
	if shares.Address != s.Address {
		return fmt.Errorf("key shares %s: are those of %s, not of %s; name another file", file, shares.Address, s.Address)
	}
	return nil
}

// unsure judges a file whose writing ended with an error: the shares may be in it all the same.
func (s Server) unsure(file string, want Shares, cause error) error {
	if got, err := ReadShares(file); err == nil && slices.Equal(got.Keys, want.Keys) && got.Root == want.Root {
		return fmt.Errorf("%w; the shares can be read in %s, but its disk may lose them: copy them elsewhere now", cause, file)
	}
	return &Unready{s.Address, "was initialised, but its shares could not be written: " + cause.Error(),
		"nobody can ever unseal it, and it holds nothing yet: delete its storage (docs/vault.md) and " + file +
			", then run `streamforge vault init` again"}
}

// lost is an initialisation whose answer never arrived: nobody will ever have its shares.
func (s Server) lost(file string) error {
	return &Unready{s.Address, "was initialised, but the answer with its shares was lost: " + file + " is empty",
		"nobody can ever unseal it, and it holds nothing yet: delete its storage (docs/vault.md), " +
			"then run `streamforge vault init` again"}
}

// notInitialized judges a request that failed: it may have arrived all the same.
func (s Server) notInitialized(file string, cause error) error {
	ctx, cancel := context.WithTimeout(context.Background(), requestTimeout) // the caller's may have ended
	defer cancel()
	st, err := s.State(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("vault %s: initialise: %w; whether it arrived is not known: run the same command again", s.Address, cause)
	case st.Initialized:
		return s.lost(file)
	}
	return errors.Join(fmt.Errorf("vault %s: initialise: %w; nothing was changed", s.Address, cause), os.Remove(file))
}
