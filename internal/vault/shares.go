package vault

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Shares are what initialising gives, as the file of the operator's choice holds them. The names
// are those that `vault operator init -format=json` uses.
type Shares struct {
	Address   string   `json:"address"`
	Threshold int      `json:"unseal_threshold"`
	Keys      []string `json:"unseal_keys_b64"`      // empty: the file was made, but Vault has not answered
	Root      string   `json:"root_token,omitempty"` // until the handover has revoked it
	PGP       bool     `json:"pgp,omitempty"`        // Keys are encrypted for one person each, in the order of the keys given
	RootPGP   bool     `json:"root_pgp,omitempty"`   // so is Root
}

// NoShares is a file that is not there.
var NoShares = fs.ErrNotExist

// ReadShares reads the operator's file. It fails with NoShares when there is none.
func ReadShares(file string) (Shares, error) {
	var s Shares
	raw, err := os.ReadFile(file)
	if err != nil {
		return s, fmt.Errorf("key shares: %w", err)
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		// The parser's own message could repeat what stands in the file.
		return s, fmt.Errorf("key shares %s: not the JSON file that `streamforge vault init` writes", file)
	}
	return s, nil
}

// reserve makes an empty file for the shares: whatever is wrong with the place has to show before
// Vault gives out what it gives only once. A file of an interrupted attempt is used again.
func reserve(file string, s Shares) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		old, err := ReadShares(file)
		if err != nil {
			return fmt.Errorf("%w; it is not overwritten", err)
		}
		if len(old.Keys) > 0 {
			return fmt.Errorf("key shares %s: holds the shares of %s; it is not overwritten: keep it or name another file",
				file, old.Address)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("key shares: %w", err)
	}
	return errors.Join(f.Close(), s.write(file))
}

// write replaces the file at once, readable by its owner only.
func (s Shares) write(file string) error {
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-") // mode 0600
	if err != nil {
		return fmt.Errorf("key shares: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // gone once it was renamed
	_, err = tmp.Write(append(raw, '\n'))
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("key shares %s: %w", file, err)
	}
	return os.Rename(tmp.Name(), file)
}
