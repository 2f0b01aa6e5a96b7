package vault

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// opened is a new server that is open, and the file of its shares.
func opened(t *testing.T, shares, threshold int) (Server, string) {
	t.Helper()
	s := start(t)
	file := filepath.Join(t.TempDir(), "shares.json")
	_, err := s.Init(t.Context(), Init{File: file, Shares: shares, Threshold: threshold})
	require.NoError(t, err)
	given, err := ReadShares(file)
	require.NoError(t, err)
	_, err = s.Unseal(t.Context(), given.Keys)
	require.NoError(t, err)
	return s, file
}

// TestUnsealGoesOnAfterEveryCut loses each share once, on its way and with Vault's answer to it. A
// share that arrived may be given again.
func TestUnsealGoesOnAfterEveryCut(t *testing.T) {
	s, file := opened(t, 3, 3)
	shares, err := ReadShares(file)
	require.NoError(t, err)
	root, err := s.client(shares.Root)
	require.NoError(t, err)
	for _, after := range []bool{false, true} {
		for at := int64(1); ; at++ {
			require.NoError(t, root.Sys().SealWithContext(t.Context()))
			cutOff, network := through(t, s, at, after)
			_, err := cutOff.Unseal(t.Context(), shares.Keys)
			if !network.failed.Load() {
				require.NoError(t, err)
				require.EqualValues(t, 4, at, "one request a share")
				break
			}
			require.ErrorContains(t, err, "is not taken")
			_, err = s.Unseal(t.Context(), shares.Keys)
			require.NoError(t, err, "share %d, after %v", at, after)
			state, err := s.State(t.Context())
			require.NoError(t, err)
			require.False(t, state.Sealed)
		}
	}
}

// TestRotationGoesOnAfterEveryCut: whatever was lost, the repeated command leaves one token of the
// program, which is good, and no root token.
func TestRotationGoesOnAfterEveryCut(t *testing.T) {
	s, file := opened(t, 1, 1)
	k := &stack{}
	_, err := s.Handover(t.Context(), k.handover(file))
	require.NoError(t, err)
	for _, after := range []bool{false, true} {
		for at := int64(1); ; at++ {
			first := k.token
			h := k.handover(file)
			h.Rotate = true
			cutOff, network := through(t, s, at, after)
			_, err := cutOff.Handover(t.Context(), h)
			if !network.failed.Load() {
				require.NoError(t, err)
				require.Greater(t, at, int64(4), "nothing was cut")
				break
			}
			h = k.handover(file)
			h.Rotate = true
			_, err = s.Handover(t.Context(), h)
			require.NoError(t, err, "request %d, after %v", at, after)
			good, err := s.program(t.Context(), k.token)
			require.NoError(t, err)
			require.NotNil(t, good)
			require.NotEqual(t, first, k.token)
			assert.ElementsMatch(t, [][]string{{PolicyName}, {"root"}}, tokens(t, s, file), "request %d, after %v", at, after)
		}
	}
}

// TestSharesThatMakeNoRootToken: Vault keeps nothing of an attempt that came to nothing.
func TestSharesThatMakeNoRootToken(t *testing.T) {
	s, file := opened(t, 3, 2)
	shares, err := ReadShares(file)
	require.NoError(t, err)
	c, err := s.client("")
	require.NoError(t, err)
	for _, try := range []struct {
		keys []string
		says string
	}{
		{nil, "vault " + s.Address + ": the stack has no token that it accepts, and there is no root token that it accepts either; name the file of " +
			"the key shares with --shares-file, give shares with --shares-stdin, or a root token with --root-stdin"},
		{shares.Keys[:1], "vault " + s.Address + ": 1 share(s) are too few to make a root token, which takes 2; give all of them at once"},
		{[]string{shares.Keys[0], "bm8gc2hhcmUgb2YgdGhpcyBzZXJ2ZXIsIHRoYXQgaXM="}, "vault " + s.Address + ": make a root token of the shares: "},
	} {
		_, err := s.Handover(t.Context(), Handover{Keys: try.keys, Store: (&stack{}).store})
		require.ErrorContains(t, err, try.says)
		attempt, err := c.Sys().GenerateRootStatusWithContext(t.Context())
		require.NoError(t, err)
		assert.False(t, attempt.Started, "%v", try.says)
	}
	_, err = s.Handover(t.Context(), Handover{Keys: shares.Keys[:2], Store: (&stack{}).store})
	require.NoError(t, err)
}
