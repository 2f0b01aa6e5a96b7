package vault

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUnsealAfterARestore: a server that was given a snapshot of another answers as if it were open
// for some seconds, seals itself, and then wants the shares of the other.
func TestUnsealAfterARestore(t *testing.T) {
	lost, file := opened(t, 3, 2)
	shares, err := ReadShares(file)
	require.NoError(t, err)
	c, err := lost.client(shares.Root)
	require.NoError(t, err)
	var snapshot bytes.Buffer
	require.NoError(t, c.Sys().RaftSnapshotWithContext(t.Context(), &snapshot))

	fresh, freshFile := opened(t, 3, 2)
	made, err := ReadShares(freshFile)
	require.NoError(t, err)
	c, err = fresh.client(made.Root)
	require.NoError(t, err)
	require.NoError(t, c.Sys().RaftSnapshotRestoreWithContext(t.Context(), &snapshot, true))

	done, err := fresh.Unseal(t.Context(), shares.Keys)
	require.NoError(t, err)
	require.True(t, bool(done))
	state, err := fresh.State(t.Context())
	require.NoError(t, err)
	require.False(t, state.Sealed)
}
