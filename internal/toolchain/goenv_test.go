package toolchain

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEnvironmentTellsCompilersHowToCollect(t *testing.T) {
	seen := func() []string {
		cmd := exec.Command("go")
		cmd.Env = buildEnv("")
		return cmd.Environ() // of two, the last counts
	}
	t.Setenv("GOGC", "50")
	assert.Contains(t, seen(), "GOGC=50")
	require.NoError(t, os.Unsetenv("GOGC")) // Setenv brings back what was there
	assert.Contains(t, seen(), "GOGC=200")
}
