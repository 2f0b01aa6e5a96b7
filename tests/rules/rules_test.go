// Package rules checks what Prometheus and Alertmanager will read, with their own parsers and
// engines. It is a module of its own: their dependencies shall not decide about those of the program.
package rules

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const folder = "../../infra/observability/rules/"

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(folder + pattern)
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

// alerts gives the alerting rules of all systems.
func alerts(t *testing.T) (all []rulefmt.Rule) {
	t.Helper()
	for _, file := range glob(t, "*.yaml") {
		parsed, errs := rulefmt.ParseFile(file, false)
		require.Empty(t, errs, file)
		for _, group := range parsed.Groups {
			for _, rule := range group.Rules {
				if rule.Alert != "" {
					all = append(all, rule)
				}
			}
		}
	}
	return all
}

func TestEveryAlertSaysWhatToDo(t *testing.T) {
	for _, rule := range alerts(t) {
		t.Run(rule.Alert+" "+rule.Labels["severity"], func(t *testing.T) {
			assert.Contains(t, []string{"critical", "warning", "info"}, rule.Labels["severity"])
			assert.Regexp(t, `^[a-z][a-z0-9-]*$`, rule.Labels["team"])
			assert.NotEmpty(t, rule.Annotations["summary"])
			assert.NotEmpty(t, rule.Annotations["description"])
			assert.Equal(t, "docs/alerts.md#"+strings.ToLower(rule.Alert), rule.Annotations["runbook"])
			assert.Len(t, rule.Annotations, 3)
		})
	}
}

var heading = regexp.MustCompile(`(?m)^### (\w+)$`)

func TestEveryAlertHasASectionInTheDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/alerts.md")
	require.NoError(t, err)
	want, have := map[string]bool{}, map[string]bool{}
	for _, rule := range alerts(t) {
		want[rule.Alert] = true
	}
	for _, h := range heading.FindAllSubmatch(page, -1) {
		have[string(h[1])] = true
	}
	assert.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(have)))
}

// outcome is what was seen of an alert in the unit tests.
type outcome struct{ fired, silent bool }

func TestUnits(t *testing.T) {
	seen := map[string]outcome{}
	for _, file := range glob(t, "tests/*.yaml") {
		f, groups, err := read(file)
		require.NoError(t, err)
		for _, test := range f.Tests {
			for _, a := range test.Alerts {
				t.Run(filepath.Base(file)+"/"+test.Name+"/"+a.Name+" at "+a.At.String(), func(t *testing.T) {
					got, err := fires(groups, test, a.Name, time.Duration(a.At), time.Duration(f.Interval))
					require.NoError(t, err)
					require.ElementsMatch(t, a.Want, got)
				})
				if len(a.Want) == 0 {
					o := seen[a.Name]
					o.silent = true
					seen[a.Name] = o
				}
				for _, w := range a.Want {
					key := a.Name + " " + w.Labels["severity"]
					o := seen[key]
					o.fired = true
					seen[key] = o
				}
			}
		}
	}
	for _, rule := range alerts(t) {
		assert.True(t, seen[rule.Alert+" "+rule.Labels["severity"]].fired, "no unit test in which %s (%s) fires", rule.Alert, rule.Labels["severity"])
		assert.True(t, seen[rule.Alert].silent, "no unit test in which %s stays silent", rule.Alert)
	}
}
