package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/report"
)

// TestReportIsReplacedAtOneStroke: whoever reads the report meanwhile, such as `up --approved`, has a whole one.
func TestReportIsReplacedAtOneStroke(t *testing.T) {
	dir := t.TempDir()
	f := forms{file: filepath.Join(dir, "report.json"), html: filepath.Join(dir, "report.html")}
	require.NoError(t, f.write(io.Discard, report.Report{Headline: "first"}))
	for _, name := range []string{f.file, f.html} {
		reader, err := os.Open(name)
		require.NoError(t, err)
		defer reader.Close()
		before, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, f.write(io.Discard, report.Report{Headline: "second"}))
		seen, err := io.ReadAll(reader)
		require.NoError(t, err)
		assert.Equal(t, string(before), string(seen))
		after, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.NotEqual(t, string(before), string(after))
		require.NoError(t, f.write(io.Discard, report.Report{Headline: "first"}))
	}
}
