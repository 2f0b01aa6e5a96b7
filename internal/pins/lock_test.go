package pins

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheLockHoldsDigestsOnly(t *testing.T) {
	digests, err := lock()
	require.NoError(t, err)
	for path, sum := range digests {
		require.Regexp(t, regexp.MustCompile(`^[0-9a-f]{64}$`), sum, path)
	}
	_, ok := Digest("nothing-1.0.tgz")
	require.False(t, ok)
}
