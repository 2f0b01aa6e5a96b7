package process

import (
	"os"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCollectLess(t *testing.T) {
	const before = 50 // what the runtime made of GOGC
	collects := func() int {
		old := debug.SetGCPercent(before)
		defer debug.SetGCPercent(old)
		CollectLess()
		return debug.SetGCPercent(before)
	}
	for _, set := range []string{"", "50"} {
		t.Setenv("GOGC", set)
		assert.Equal(t, before, collects(), "GOGC=%s", set)
	}
	require.NoError(t, os.Unsetenv("GOGC")) // Setenv brings back what was there
	assert.Equal(t, garbage, collects())
}
