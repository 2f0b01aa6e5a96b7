package graph_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
)

// TestURNs compares every URN of the homelab stack with the golden file. A changed line is a
// resource that would be deleted and made anew: it needs an alias in the same change.
func TestURNs(t *testing.T) {
	const golden = "testdata/urns.txt"
	var lines []string
	for _, r := range whole(t, "homelab").All {
		lines = append(lines, strings.TrimPrefix(r.URN, "urn:pulumi:homelab::"+kubetest.Project+"::"))
	}
	slices.Sort(lines)
	have := strings.Join(lines, "\n") + "\n"
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(golden, []byte(have), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), have, "run `make generate` if this is meant")
}
