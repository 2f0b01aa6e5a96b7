package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRatioIsTheMedianOfPairs(t *testing.T) {
	r := record{samples: samples{Ours: []float64{1, 30, 2}, Against: []float64{2, 10, 4, 9}}}
	assert.InDelta(t, 0.5, r.ratio(), 1e-9, "a slow moment of the machine is in both values of one pair only")
	assert.InDelta(t, 2.5, median([]float64{4, 1, 2, 3}), 1e-9)
	assert.Zero(t, record{}.ratio())
}

// TestPage holds that the page is that of the raw values, so that nobody mends one of them by hand.
func TestPage(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	kept, err := load(root)
	require.NoError(t, err)
	want, err := os.ReadFile(filepath.Join(root, "docs", "benchmarks.md"))
	require.NoError(t, err)
	assert.Equal(t, string(want), page(kept), "write it by `go run ./tests/bench -run none`")
	assert.NotContains(t, page(nil), "NaN")
	assert.Contains(t, page(nil), "Not measured yet.")
}

func TestMissedTargetsAreTold(t *testing.T) {
	of := func(ours, against float64) record {
		return record{samples: samples{Unit: "s", Ours: []float64{ours}, Against: []float64{against}}}
	}
	kept := map[string]record{"up": of(2, 1), "preview": of(11, 11)}
	assert.Contains(t, page(kept), "2.00 | at most 1.30: **missed** |")
	assert.Contains(t, page(kept), "Missed because on two processors")
	assert.Contains(t, page(kept), "1.00 | at most 1.50, and 10 s: **missed** |", "as quick as what it is compared with, and too slow")
	kept = map[string]record{"up": of(1, 1), "preview": of(9, 9)}
	assert.NotContains(t, page(kept), "issed")
}

func TestOtherFiguresAreKept(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "docs"), 0o755))
	kept, err := load(dir)
	require.NoError(t, err)
	assert.Empty(t, kept)
	kept["gate"] = record{samples: samples{Unit: "s", Ours: []float64{3}, Against: []float64{1}, Notes: []string{"Slow."}}}
	require.NoError(t, save(dir, kept))
	again, err := load(dir)
	require.NoError(t, err)
	assert.Equal(t, kept, again)
	raw, err := os.ReadFile(filepath.Join(dir, "docs", "benchmarks.md"))
	require.NoError(t, err)
	assert.Contains(t, string(raw), "3.00 | at most 1.50: **missed** |")
	assert.True(t, json.Valid(read(t, filepath.Join(dir, "docs", "benchmarks.json"))))
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	return raw
}
