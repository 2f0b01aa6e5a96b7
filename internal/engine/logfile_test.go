package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOldLogsAreRemoved(t *testing.T) {
	dir := t.TempDir()
	const others = 30
	for i := range others {
		for _, stack := range []string{"lab", "lab-test"} {
			name := fmt.Sprintf("run-%s-20250807T1011%02d.000-up.log", stack, i)
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
		}
	}
	var runs sync.WaitGroup
	failed := make(chan error, others)
	for range others { // at once: they find the same old logs
		runs.Go(func() {
			f, _, err := openLog(dir, "lab", RefreshPreview)
			if err == nil {
				err = f.Close()
			}
			failed <- err
		})
	}
	runs.Wait()
	close(failed)
	for err := range failed {
		require.NoError(t, err)
	}
	count := func(pattern string) int {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		require.NoError(t, err)
		return len(files)
	}
	require.Equal(t, others, count("run-lab-test-*"), "another stack's")
	require.Zero(t, count("run-lab-20250807T101100*"), "the oldest go first")
	require.NotZero(t, count("run-lab-2*-refresh-preview.log"))
}
