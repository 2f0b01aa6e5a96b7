package rules

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/require"
)

const dashboards = "../../components/grafana/dashboards"

// question is one PromQL expression of a dashboard.
type question struct{ dashboard, panel, expr string }

func questions(t *testing.T) (all []question) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dashboards, "*.json"))
	require.NoError(t, err)
	for _, file := range found {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		var d struct {
			Panels []struct {
				Title   string
				Targets []struct{ Expr string }
			}
		}
		require.NoError(t, json.Unmarshal(raw, &d))
		for _, p := range d.Panels {
			for _, target := range p.Targets {
				if target.Expr != "" {
					all = append(all, question{filepath.Base(file), p.Title, target.Expr})
				}
			}
		}
	}
	return all
}

// standing puts values in the place of Grafana's variables: a length of time for its own ones, a
// pattern for those that people choose.
func standing(expr string) string {
	return chosenVariable.ReplaceAllString(strings.NewReplacer("$__rate_interval", "5m", "$__range", "6h", "$__interval", "1m").Replace(expr), ".*")
}

var chosenVariable = regexp.MustCompile(`\$[a-z_]+`)

// TestDashboardsAskWhatPrometheusUnderstands: a misspelt query shows as an empty panel, on the night
// it is needed.
func TestDashboardsAskWhatPrometheusUnderstands(t *testing.T) {
	all := questions(t)
	require.GreaterOrEqual(t, len(all), 80)
	for _, q := range all {
		_, err := parser.ParseExpr(standing(q.expr))
		require.NoErrorf(t, err, "%s, %q: %s", q.dashboard, q.panel, q.expr)
	}
	_, err := parser.ParseExpr(standing(`sum by (node) (rate(node_load1{node=~"$node"}[$__rate_interval]))`))
	require.NoError(t, err)
	_, err = parser.ParseExpr(standing(`sum by (node) rate(node_load1{node=~"$node"}[$__rate_interval])`))
	require.Error(t, err, "the parser is asked at all")
}

// seen are the systems that have a dashboard.
var seen = []string{"fluent-bit", "kafka", "linstor", "minio", "nodes", "postgres", "traefik"}

// TestWhatWakesPeopleCanBeSeen: whoever is woken by an alert finds what it speaks of on a dashboard.
func TestWhatWakesPeopleCanBeSeen(t *testing.T) {
	shown := map[string]bool{}
	for _, q := range questions(t) {
		for _, name := range metrics(t, standing(q.expr)) {
			shown[name] = true
		}
	}
	require.False(t, shown["up"], "metrics are told apart")
	for _, system := range seen {
		groups, errs := rulefmt.ParseFile(folder+system+".yaml", false)
		require.Empty(t, errs)
		recorded := map[string][]string{}
		for _, g := range groups.Groups {
			for _, r := range g.Rules {
				if r.Record != "" {
					recorded[r.Record] = metrics(t, r.Expr)
				}
			}
		}
		for _, g := range groups.Groups {
			for _, r := range g.Rules {
				if r.Labels["severity"] == "critical" && !anyShown(shown, metrics(t, r.Expr), recorded) {
					t.Errorf("%s: %s wakes people, and no dashboard shows any of %v", system, r.Alert, metrics(t, r.Expr))
				}
			}
		}
	}
	require.False(t, anyShown(shown, []string{"invented_total"}, nil))
}

func anyShown(shown map[string]bool, names []string, recorded map[string][]string) bool {
	for _, name := range names {
		if shown[name] || anyShown(shown, recorded[name], nil) {
			return true
		}
	}
	return false
}

// metrics lists the names in an expression.
func metrics(t *testing.T, expr string) (names []string) {
	t.Helper()
	parsed, err := parser.ParseExpr(expr)
	require.NoError(t, err, expr)
	parser.Inspect(parsed, func(n parser.Node, _ []parser.Node) error {
		if v, ok := n.(*parser.VectorSelector); ok && v.Name != "" {
			names = append(names, v.Name)
		}
		return nil
	})
	return names
}
