package rules

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	downRules = `groups:
  - name: down
    rules:
      - record: service:up:count
        expr: count by (job) (up == 1)
        labels: {kind: service}
      - alert: Down
        expr: service:up:count{kind="service"} < 2
        for: 2m
        labels: {severity: critical}
        annotations: {summary: '{{ $value }} of {{ $labels.job }}'}
`
	downTest = `rule_files: [rules.yaml]
evaluation_interval: 1m
tests:
  - name: one goes
    interval: 1m
    input_series:
      - {series: 'up{job="a",pod="1"}', values: 1x20}
      - {series: 'up{job="a",pod="2"}', values: 1x4 0x20}
    alert_rule_test:
      - eval_time: 7m
        alertname: Down
        exp_alerts: [{exp_labels: {job: a, kind: service, severity: critical}, exp_annotations: {summary: 1 of a}}]
`
)

// pair writes a rule file and its test.
func pair(t *testing.T, rules, test string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "rules.yaml"), []byte(rules), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "test.yaml"), []byte(test), 0o600))
	return filepath.Join(dir, "test.yaml")
}

func TestTheRunnerKnowsTime(t *testing.T) {
	f, groups, err := read(pair(t, downRules, downTest))
	require.NoError(t, err)
	for at, want := range map[time.Duration]int{4: 0, 6: 0, 7: 1, 20: 1} {
		got, err := fires(groups, f.Tests[0], "Down", at*time.Minute, time.Minute)
		require.NoError(t, err)
		assert.Len(t, got, want, "at %d minutes: absent, pending, firing", at)
	}
	got, err := fires(groups, f.Tests[0], "Down", 7*time.Minute, time.Minute)
	require.NoError(t, err)
	assert.Equal(t, f.Tests[0].Alerts[0].Want, got)
	got, err = fires(groups, f.Tests[0], "Up", 7*time.Minute, time.Minute)
	require.NoError(t, err)
	assert.Empty(t, got, "another alert is another matter")
}

func TestBreakWrongExpectationsAreSeen(t *testing.T) {
	f, groups, err := read(pair(t, downRules, downTest))
	require.NoError(t, err)
	got, err := fires(groups, f.Tests[0], "Down", 7*time.Minute, time.Minute)
	require.NoError(t, err)
	for name, wrong := range map[string]alert{
		"severity":   {Labels: map[string]string{"job": "a", "kind": "service", "severity": "warning"}, Annotations: map[string]string{"summary": "1 of a"}},
		"annotation": {Labels: map[string]string{"job": "a", "kind": "service", "severity": "critical"}, Annotations: map[string]string{"summary": "2 of a"}},
		"label":      {Labels: map[string]string{"kind": "service", "severity": "critical"}, Annotations: map[string]string{"summary": "1 of a"}},
	} {
		assert.False(t, assert.ElementsMatch(&testing.T{}, []alert{wrong}, got), name)
	}
}

func TestBreakWhatIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ rules, test, want string }{
		"expression": {`groups: [{name: a, rules: [{alert: A, expr: 'sum by (job (up) > 1'}]}]`, downTest,
			"could not parse expression"},
		"template": {`groups: [{name: a, rules: [{alert: A, expr: up, annotations: {summary: '{{ $labels.job'}}]}]`, downTest,
			"unclosed action"},
		"field of a rule": {`groups: [{name: a, rules: [{alert: A, expr: up, severity: critical}]}]`, downTest,
			"field severity not found"},
		"record and alert":  {`groups: [{name: a, rules: [{alert: A, record: a, expr: up}]}]`, downTest, "only one of 'record' and 'alert'"},
		"field of a test":   {downRules, "rule_files: [rules.yaml]\ntest: []\n", "field test not found"},
		"missing rule file": {downRules, "rule_files: [rule.yaml]\n", "no such file"},
	} {
		_, _, err := read(pair(t, c.rules, c.test))
		assert.ErrorContains(t, err, c.want, name)
	}
	f, groups, err := read(pair(t, downRules, downTest))
	require.NoError(t, err)
	f.Tests[0].Series = append(f.Tests[0].Series, series{Series: `up{job="a"`, Values: "1"})
	_, err = fires(groups, f.Tests[0], "Down", time.Minute, time.Minute)
	assert.ErrorContains(t, err, `series up{job="a"`)
	f.Tests[0].Series = []series{{`up{job="a",pod="1"}`, "1x20"}, {`up{job="b",pod="1"}`, "1x20"}}
	groups[0].Rules[0].Expr = `up * on (pod) group_right () up`
	_, err = fires(groups, f.Tests[0], "Down", time.Minute, time.Minute)
	assert.ErrorContains(t, err, "service:up:count: found duplicate series for the match group", "an expression that cannot be evaluated")
}
