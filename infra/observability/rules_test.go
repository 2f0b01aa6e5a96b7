package observability

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/infra/security"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/stacks/config"
)

const ruleType = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"

func TestRulesOfScrapedSystemsOnly(t *testing.T) {
	var ready []pulumi.Resource
	g := kubetest.Run(t, func(ctx *pulumi.Context) (err error) {
		ready, err = rules(ctx, []string{"minio", "kafka", "kafka", "unknown"}, pulumi.String("watch"))
		return err
	})
	assert.Len(t, ready, 2+len(stackSystems), "kafka, minio and what the chart scrapes itself")
	r := g.Get(t, ruleType, "rules-kafka")
	assert.Equal(t, "kafka", r.At("metadata.name"))
	assert.Equal(t, "watch", r.At("metadata.namespace"))
	assert.Equal(t, "kafka:consumergroup_lag:sum", r.At("spec.groups.0.rules.0.record"))
	assert.Equal(t, "1m", r.At("spec.groups.0.rules.1.for"))
	assert.Equal(t, "data", r.At("spec.groups.0.rules.1.labels.team"))
	g.Get(t, ruleType, "rules-minio")
	g.Get(t, ruleType, "rules-nodes")
	g.Get(t, ruleType, "rules-elasticsearch")
	for _, name := range g.Names() {
		assert.NotContains(t, name, "unknown")
	}
}

func TestEveryRuleFileIsAnObject(t *testing.T) {
	files, err := fs.Glob(ruleFiles, "rules/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		system := strings.TrimSuffix(strings.TrimPrefix(file, "rules/"), ".yaml")
		spec, err := ruleSpec(system)
		require.NoError(t, err)
		assert.Len(t, spec, 1, "%s: a PrometheusRule knows groups only", system)
		assert.Contains(t, spec, "groups")
	}
}

func TestRoutingSaysTheSection(t *testing.T) {
	quiet := config.QuietHours{Name: "nights", From: "22:00", To: "07:00", Days: []string{"monday"}}
	c := routing(config.Alerting{
		MailFrom: "a@b", Timezone: "Etc/UTC", Watchdog: "https://hc/1", Default: "mail",
		Intervals: config.AlertIntervals{WaitSeconds: 1, GroupMinutes: 2, RepeatHours: 3},
		Receivers: []config.AlertReceiver{{Name: "mail", Emails: []string{"c@d"}, TelegramChat: 7}},
		Routes: []config.AlertRoute{{Receiver: "mail", Severities: []config.Severity{config.Info},
			Teams: []string{"data"}, Quiet: []string{"nights"}, RepeatHours: 4}},
		Quiet: []config.QuietHours{quiet},
	}, security.Mail{Host: "mail", Port: 25})
	assert.False(t, c.SMTP.RequireTLS, "the relay has no certificate")
	assert.Equal(t, []int{1, 2, 3}, []int{c.WaitSeconds, c.GroupMinutes, c.RepeatHours})
	assert.Equal(t, int64(7), c.Receivers[0].Chat)
	assert.Equal(t, []string{"info"}, c.Routes[0].Severities)
	assert.Equal(t, []string{"nights"}, c.Routes[0].Quiet)
	assert.Equal(t, []string{"monday"}, c.QuietHours[0].Days)
	text, err := c.Render("/token")
	require.NoError(t, err)
	for _, said := range []string{"mail:25", "a@b", "c@d", "Etc/UTC", "https://hc/1", "22:00", "07:00", "data", "4h", "chat_id: 7"} {
		assert.Contains(t, text, said)
	}
}
