package drift_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/drift"
	"github.com/streamforge/infrastructure/internal/report"
)

var update = flag.Bool("update", false, "write the golden file anew")

// TestFigures renders the invented findings of internal/report for Prometheus; their other forms
// are tested there.
func TestFigures(t *testing.T) {
	raw, err := os.ReadFile("../report/testdata/drift.json")
	require.NoError(t, err)
	var r report.Report
	require.NoError(t, json.Unmarshal(raw, &r))
	var got bytes.Buffer
	require.NoError(t, drift.WritePrometheus(&got, r))
	const golden = "testdata/drift.prom"
	if *update {
		require.NoError(t, os.WriteFile(golden, got.Bytes(), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got.String(), "run with -update and look at the difference")
}
