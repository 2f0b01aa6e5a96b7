package define_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/components/grafana"
	"github.com/streamforge/infrastructure/components/grafana/define"
)

var update = flag.Bool("update", false, "write the dashboards instead of comparing with them")

const folder = "../dashboards"

// TestRendered compares what is embedded with what its source says.
func TestRendered(t *testing.T) {
	rendered, err := define.Render()
	require.NoError(t, err)
	if *update {
		old, err := filepath.Glob(filepath.Join(folder, "*.json"))
		require.NoError(t, err)
		for _, file := range old {
			require.NoError(t, os.Remove(file))
		}
		for uid, text := range rendered {
			require.NoError(t, os.WriteFile(filepath.Join(folder, uid+".json"), text, 0o644))
		}
		return
	}
	embedded, err := grafana.Dashboards()
	require.NoError(t, err)
	require.Len(t, embedded, len(rendered), "run `make generate`")
	for _, d := range embedded {
		require.Equal(t, string(rendered[d.UID]), d.JSON, "%s: run `make generate` if this is meant", d.UID)
	}
}
