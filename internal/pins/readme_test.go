package pins

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReadmeNamesEveryVersion: the table of what is deployed may not lag behind the pins.
func TestReadmeNamesEveryVersion(t *testing.T) {
	raw, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(raw), "| layer | tool | version |")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n\n")
	for _, c := range AllCharts() {
		require.Regexp(t, `\| `+regexp.QuoteMeta(c.Version)+`( \||,)`, table, c.Name)
	}
	for _, version := range []string{GatewayAPI.Version, ProxmoxPlugin, Kubespray, Kubernetes, KubeVIP, Kafka} {
		require.Contains(t, table, version)
	}
}
