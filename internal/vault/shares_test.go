package vault

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReserveAndFill(t *testing.T) {
	file := filepath.Join(t.TempDir(), "shares.json")
	for _, address := range []string{"https://one", "https://two"} { // the second goes on with the file of the first
		require.NoError(t, reserve(file, Shares{Address: address}, 8192))
		info, err := os.Stat(file)
		require.NoError(t, err)
		assert.EqualValues(t, 8192, info.Size())
		assert.Equal(t, os.FileMode(0o600), info.Mode())
		got, err := ReadShares(file)
		require.NoError(t, err)
		assert.Equal(t, Shares{Address: address}, got)
	}
	full := Shares{Address: "https://two", Threshold: 1, Keys: []string{"key"}, Root: "root"}
	require.NoError(t, full.fill(file))
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "{\n  \"address\": \"https://two\",\n  \"unseal_threshold\": 1,\n  \"unseal_keys_b64\": [\n    \"key\"\n  ],\n"+
		"  \"root_token\": \"root\"\n}\n", string(raw))
	require.EqualError(t, reserve(file, Shares{}, 8192), "key shares "+file+": holds the shares of https://two; it is not overwritten: "+
		"keep it or name another file")
}

func TestReserveWithoutAPlace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "none", "shares.json")
	require.EqualError(t, reserve(file, Shares{}, 1), "key shares: open "+file+": no such file or directory")
	other := filepath.Join(t.TempDir(), "other")
	require.NoError(t, os.WriteFile(other, []byte("text"), 0o600))
	require.EqualError(t, reserve(other, Shares{}, 1), "key shares "+other+": not the JSON file that `streamforge vault init` writes; it is not overwritten")
}

// TestSharesWhoseWritingFailed: nobody is told to delete the storage of a server whose shares are there.
func TestSharesWhoseWritingFailed(t *testing.T) {
	file, s := filepath.Join(t.TempDir(), "shares.json"), Server{Address: "https://one"}
	shares := Shares{Address: s.Address, Threshold: 1, Keys: []string{"key"}, Root: "root"}
	require.NoError(t, reserve(file, Shares{Address: s.Address}, 8192))
	require.EqualError(t, s.unsure(file, shares, os.ErrDeadlineExceeded), "vault https://one: was initialised, but its shares could not be written: "+
		"i/o timeout; nobody can ever unseal it, and it holds nothing yet: delete its storage (docs/vault.md) and "+file+", then run `streamforge vault init` again")
	require.NoError(t, shares.fill(file))
	require.EqualError(t, s.unsure(file, shares, os.ErrDeadlineExceeded), "i/o timeout; the shares can be read in "+file+
		", but its disk may lose them: copy them elsewhere now")
}
