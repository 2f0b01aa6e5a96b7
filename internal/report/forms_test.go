package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/report"
)

var update = flag.Bool("update", false, "write the golden files in testdata anew")

// TestForms renders a report of invented changes and one of invented findings in every form. The
// pages are those that tests/browser looks at and docs/pictures shows.
func TestForms(t *testing.T) {
	for _, name := range []string{"gate", "drift"} {
		raw, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		require.NoError(t, err)
		var r report.Report
		require.NoError(t, json.Unmarshal(raw, &r))
		for form, write := range map[string]func(io.Writer) error{
			"json": func(w io.Writer) error {
				enc := json.NewEncoder(w)
				enc.SetEscapeHTML(false)
				enc.SetIndent("", "  ")
				return enc.Encode(r)
			},
			"html": func(w io.Writer) error { return report.WriteHTML(w, r) },
			"md":   func(w io.Writer) error { return report.WriteMarkdown(w, r, "https://gitlab.dmz.home/report.html") },
			"xml":  func(w io.Writer) error { return report.WriteJUnit(w, r) },

			"codequality.json": func(w io.Writer) error { return report.WriteCodeQuality(w, r) },
		} {
			t.Run(name+"."+form, func(t *testing.T) {
				var got bytes.Buffer
				require.NoError(t, write(&got))
				golden := filepath.Join("testdata", name+"."+form)
				if *update {
					require.NoError(t, os.WriteFile(golden, got.Bytes(), 0o644))
				}
				want, err := os.ReadFile(golden)
				require.NoError(t, err)
				require.Equal(t, string(want), got.String(), "run with -update and look at the difference")
			})
		}
	}
}
