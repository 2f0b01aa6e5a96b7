package vault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/streamforge/infrastructure/internal/atomicfile"
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

// reserve makes a file without shares, of the size that they will need: whatever is wrong with the place,
// or a disk that is full, has to show before Vault gives out what it gives only once. A file of an
// interrupted attempt is used again.
func reserve(file string, s Shares, size int) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		old, err := ReadShares(file)
		if err != nil {
			return fmt.Errorf("%w; it is not overwritten", err)
		}
		if len(old.Keys) > 0 {
			return fmt.Errorf("key shares %s: holds the shares of %s; it is not overwritten: keep it or name another file",
				file, old.Address)
		}
	case err != nil:
		return fmt.Errorf("key shares: %w", err)
	default:
		if err := f.Close(); err != nil {
			return fmt.Errorf("key shares: %w", err)
		}
	}
	raw, err := s.encode()
	if err != nil {
		return err
	}
	if err := overwrite(file, append(raw, bytes.Repeat([]byte(" "), max(0, size-len(raw)))...)); err != nil {
		return errors.Join(err, os.Remove(file))
	}
	return nil
}

// fill writes the shares into the file that reserve made. A new file could find no room.
func (s Shares) fill(file string) error {
	raw, err := s.encode()
	if err != nil {
		return err
	}
	return overwrite(file, raw)
}

// write replaces the file at once, readable by its owner only.
func (s Shares) write(file string) error {
	raw, err := s.encode()
	if err != nil {
		return err
	}
	if err := atomicfile.Write(file, raw, 0o600); err != nil {
		return fmt.Errorf("key shares %s: %w", file, err)
	}
	return nil
}

func (s Shares) encode() ([]byte, error) {
	raw, err := json.MarshalIndent(s, "", "  ")
	return append(raw, '\n'), err
}

// overwrite puts content where a file's own is, and cuts off what was longer. Cut short in between, it
// leaves the padding of reserve behind the content, which no reader minds.
func overwrite(file string, content []byte) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("key shares: %w", err)
	}
	if _, err = f.WriteAt(content, 0); err == nil {
		err = f.Truncate(int64(len(content)))
	}
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("key shares: %w", err)
	}
	return nil
}
