package rules

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/inhibit"
	amtemplate "github.com/prometheus/alertmanager/template"
	"github.com/prometheus/alertmanager/timeinterval"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	goldens   = "../../components/alertmanager/testdata/"
	committed = "../../infra/observability/testdata/alertmanager-" // of the stacks
)

func TestAlertmanagerReadsEveryConfiguration(t *testing.T) {
	files, err := filepath.Glob(goldens + "*.yaml")
	require.NoError(t, err)
	stacks, err := filepath.Glob(committed + "*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	require.Len(t, stacks, 2)
	for _, file := range append(files, stacks...) {
		_, err := config.LoadFile(file)
		assert.NoError(t, err, file)
	}
}

func TestBreakAlertmanagerRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"route: {receiver: mail}":                                                            `undefined receiver "mail"`,
		"route: {receiver: a, quiet: [x]}\nreceivers: [{name: a}]":                           "field quiet not found",
		"route: {receiver: a, routes: [{mute_time_intervals: [x]}]}\nreceivers: [{name: a}]": `undefined time interval "x"`,
	} {
		_, err := config.Load(text)
		assert.ErrorContains(t, err, want)
	}
}

// hours of the week that matter, in Moscow: Wednesday and Saturday.
var (
	noon     = moscow(3, 12, 0)
	evening  = moscow(3, 22, 0)
	night    = moscow(4, 3, 0)
	morning  = moscow(4, 7, 30)
	saturday = moscow(6, 12, 0)
)

func moscow(day, hour, minute int) time.Time {
	zone := time.FixedZone("Europe/Moscow", 3*3600)
	return time.Date(2025, 9, day, hour, minute, 0, 0, zone) // 1 September 2025 was a Monday
}

const silence = ""

// receiver gives who is told of an alert at that moment. The file is a golden or that of a stack.
func receiver(t *testing.T, file string, labels model.LabelSet, now time.Time) string {
	t.Helper()
	path := goldens + file + ".yaml"
	if file == "homelab" {
		path = committed + file + ".yaml"
	}
	c, err := config.LoadFile(path)
	require.NoError(t, err)
	routes := dispatch.NewRoute(c.Route, nil).Match(labels)
	require.Len(t, routes, 1, "one receiver takes an alert")
	named := map[string][]timeinterval.TimeInterval{}
	for _, interval := range c.TimeIntervals {
		named[interval.Name] = interval.TimeIntervals
	}
	muted, _, err := timeinterval.NewIntervener(named).Mutes(routes[0].RouteOpts.MuteTimeIntervals, now)
	require.NoError(t, err)
	if muted {
		return silence
	}
	return routes[0].RouteOpts.Receiver
}

func TestWhoIsTold(t *testing.T) {
	alert := func(severity, team string) model.LabelSet {
		return model.LabelSet{"alertname": "A", "severity": model.LabelValue(severity), "team": model.LabelValue(team)}
	}
	watchdog := model.LabelSet{"alertname": "Watchdog", "severity": "none"}
	for _, c := range []struct {
		file   string
		labels model.LabelSet
		at     time.Time
		want   string
	}{
		{"teams", alert("critical", "data"), noon, "data"},
		{"teams", alert("critical", "research"), night, "data"},
		{"teams", alert("critical", "platform"), night, "chat"},
		{"teams", alert("critical", "databases"), noon, "chat"}, // a longer name is another team
		{"teams", alert("warning", "data"), noon, "data"},
		{"teams", alert("warning", "data"), evening, silence},
		{"teams", alert("info", "data"), night, silence},
		{"teams", alert("warning", "data"), morning, "data"}, // the end is not included
		{"teams", alert("warning", "data"), saturday, silence},
		{"teams", alert("warning", "research"), night, "mail"},
		{"teams", alert("warning", "platform"), night, "mail"},
		{"teams", model.LabelSet{"alertname": "A", "severity": "warning"}, noon, "mail"}, // of nobody
		{"teams", model.LabelSet{"alertname": "A"}, saturday, "mail"},
		{"teams", watchdog, noon, "null"},
		{"teams", model.LabelSet{"alertname": "InfoInhibitor", "severity": "none"}, noon, "null"},
		{"watchdog", watchdog, night, "watchdog"},
		{"watchdog", alert("critical", "data"), night, "mail"},
		{"mail-only", alert("info", ""), night, "mail"},
		{"chat-only", alert("critical", "x"), saturday, "chat"},
		{"homelab", alert("critical", "data"), night, "data"},
		{"homelab", alert("critical", "platform"), night, "platform-chat"},
		{"homelab", alert("info", "data"), noon, "data"},
		{"homelab", alert("warning", "platform"), noon, "platform-chat"},
		{"homelab", alert("warning", "platform"), night, silence},
		{"homelab", alert("warning", "platform"), saturday, silence},
		{"homelab", alert("info", "platform"), night, "platform-mail"},
		{"homelab", model.LabelSet{"alertname": "A"}, noon, "platform-mail"},
	} {
		assert.Equal(t, c.want, receiver(t, c.file, c.labels, c.at), "%s: %v at %s", c.file, c.labels, c.at)
	}
}

func TestQuietHoursReachOverMidnight(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	at := func(month time.Month, day, hour int) time.Time {
		return time.Date(2025, month, day, hour, 0, 0, 0, zone)
	}
	warning, info := model.LabelSet{"severity": "warning"}, model.LabelSet{"severity": "info"}
	for now, want := range map[time.Time]string{
		at(9, 5, 21): "chat",  // Friday evening
		at(9, 6, 5):  "chat",  // Saturday morning: Friday's night was not quiet
		at(9, 6, 21): silence, // Saturday evening
		at(9, 7, 5):  silence, // Sunday morning
		at(9, 7, 12): "chat",
		at(9, 8, 5):  silence, // Monday morning ends Sunday's night
		at(9, 8, 6):  "chat",
		at(9, 9, 5):  "chat",
		at(1, 6, 5):  silence, // Monday in winter, when the zone is an hour further from UTC
		at(1, 6, 6):  "chat",
	} {
		assert.Equal(t, want, receiver(t, "quiet", warning, now), now.String())
	}
	for now, want := range map[time.Time]string{
		at(9, 8, 19): "chat", at(9, 8, 20): silence, at(9, 8, 23): silence, at(9, 9, 0): "chat",
		at(9, 5, 0): silence, at(9, 5, 12): silence, // all of Friday
	} {
		assert.Equal(t, want, receiver(t, "quiet", info, now), now.String())
	}
}

func TestRepeats(t *testing.T) {
	c, err := config.LoadFile(goldens + "teams.yaml")
	require.NoError(t, err)
	root := dispatch.NewRoute(c.Route, nil)
	for _, r := range []struct {
		labels model.LabelSet
		want   time.Duration
	}{
		{model.LabelSet{"severity": "critical", "team": "data"}, 2 * time.Hour},
		{model.LabelSet{"severity": "critical"}, 12 * time.Hour},
	} {
		opts := root.Match(r.labels)[0].RouteOpts
		assert.Equal(t, r.want, opts.RepeatInterval)
		assert.Equal(t, 30*time.Second, opts.GroupWait)
		assert.Equal(t, map[model.LabelName]struct{}{"alertname": {}, "namespace": {}, "team": {}}, opts.GroupBy)
	}
}

func TestTheMessageInTelegram(t *testing.T) {
	c, err := config.LoadFile(goldens + "chat-only.yaml")
	require.NoError(t, err)
	text := c.Receivers[1].TelegramConfigs[0].Message
	tmpl, err := amtemplate.FromGlobs(nil)
	require.NoError(t, err)
	one := amtemplate.Alert{Status: "firing",
		Labels:      amtemplate.KV{"severity": "critical", "alertname": "KafkaOfflinePartitions"},
		Annotations: amtemplate.KV{"summary": "a < b", "description": "2 partition(s)", "runbook": "docs/alerts.md#x"}}
	out, err := tmpl.ExecuteHTMLString(text, &amtemplate.Data{Alerts: amtemplate.Alerts{one}})
	require.NoError(t, err)
	assert.Equal(t, "<b>firing critical</b> a &lt; b\n2 partition(s)\ndocs/alerts.md#x\n", out)
	bare := amtemplate.Alert{Status: "resolved", Labels: amtemplate.KV{"severity": "info", "alertname": "Other"}}
	many := amtemplate.Alerts{bare, bare, bare, bare, bare, bare, bare, bare, bare}
	out, err = tmpl.ExecuteHTMLString(text, &amtemplate.Data{Alerts: many})
	require.NoError(t, err)
	assert.Contains(t, out, "<b>resolved info</b> Other\n")
	assert.Contains(t, out, "9 alerts in all")
}

func TestTheMilderAlertIsHeldBack(t *testing.T) {
	c, err := config.LoadFile(goldens + "teams.yaml")
	require.NoError(t, err)
	alert := func(severity, name, namespace string) model.LabelSet {
		return model.LabelSet{"severity": model.LabelValue(severity), "alertname": model.LabelValue(name), "namespace": model.LabelValue(namespace)}
	}
	held := func(target, source model.LabelSet) bool {
		for _, cr := range c.InhibitRules {
			rule := inhibit.NewInhibitRule(cr)
			same := true
			for label := range rule.Equal {
				same = same && target[label] == source[label]
			}
			if same && rule.SourceMatchers.Matches(source) && rule.TargetMatchers.Matches(target) {
				return true
			}
		}
		return false
	}
	full := alert("critical", "MinIOFillingUp", "minio")
	assert.True(t, held(alert("warning", "MinIOFillingUp", "minio"), full))
	assert.True(t, held(alert("info", "MinIOFillingUp", "minio"), full))
	assert.False(t, held(full, alert("warning", "MinIOFillingUp", "minio")), "never the graver")
	assert.False(t, held(full, full), "nor itself")
	assert.False(t, held(alert("warning", "MinIODriveOffline", "minio"), full), "another matter")
	assert.False(t, held(alert("warning", "MinIOFillingUp", "archive"), full), "another namespace")
}
