package gate_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/gate"
	"github.com/streamforge/infrastructure/internal/report"
)

var update = flag.Bool("update", false, "write the golden files in testdata anew")

// TestFormats reads what the real CLI writes (see internal/engine/testdata/formats) as the gate does.
func TestFormats(t *testing.T) {
	for name, verdict := range map[string]int{
		"create": gate.ExitAllowed, "same": gate.ExitNoChanges, "outputs": gate.ExitAllowed, "refresh": gate.ExitNeedsApproval,
		"changes": gate.ExitNeedsApproval, "refused": gate.ExitPreviewFailed, "up": gate.ExitAllowed,
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join("../engine/testdata/formats", name+".events.jsonl"))
			require.NoError(t, err)
			c := gate.NewCollector()
			for line := range strings.Lines(string(raw)) {
				var e apitype.EngineEvent
				require.NoError(t, json.Unmarshal([]byte(line), &e))
				c.Observe(e)
			}
			now := time.Date(2025, 8, 7, 12, 0, 0, 0, time.UTC)
			approvals, err := gate.LoadApprovals(filepath.Join(t.TempDir(), "none.yaml"), now)
			require.NoError(t, err)
			p := c.Preview()
			r := gate.Judge{Stack: "dev", Approvals: approvals, Now: now}.Report(p, nil)
			assert.Equal(t, verdict, r.ExitCode, r.Headline)
			assert.NotContains(t, told(r), "hush")

			golden := filepath.Join("testdata", "formats", name+".txt")
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(told(r)), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), told(r), "run with -update and look at the difference")
		})
	}
}

// told writes what the gate made of the events, one item and one property a line.
func told(r report.Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s %v\n", r.Verdict, r.Headline, r.Counts)
	for _, i := range r.Items {
		fmt.Fprintf(&b, "%s %s %s: %s, %s; %s\n", i.Op, i.Kind, i.Name, i.Danger, i.State, strings.Join(i.Reasons, "; "))
		for _, p := range i.Properties {
			fmt.Fprintf(&b, "  %s: %q -> %q replaces=%v unknown=%v\n", p.Path, p.Before, p.After, p.Replaces, p.Unknown)
		}
	}
	return b.String() + strings.Join(r.Warnings, "\n")
}
