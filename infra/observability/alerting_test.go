package observability

import (
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/streamforge/infrastructure/components/alertmanager"
	"github.com/streamforge/infrastructure/components/prometheus"
	"github.com/streamforge/infrastructure/infra/security"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/stacks/config"
)

var update = flag.Bool("update", false, "write the golden files anew")

var relay = security.Mail{Host: "mailrelay.mail.svc", Port: 587}

// section reads the section of a committed stack.
func section(t *testing.T, stack string) config.Alerting {
	t.Helper()
	raw, err := os.ReadFile("../../Pulumi." + stack + ".yaml")
	require.NoError(t, err)
	var file struct{ Config map[string]any }
	require.NoError(t, yaml.Unmarshal(raw, &file))
	text, err := json.Marshal(file.Config["streamforge:alerting"])
	require.NoError(t, err)
	var c config.Alerting
	require.NoError(t, json.Unmarshal(text, &c))
	return c
}

// TestCommittedStacksAreRendered leaves files that tests/rules reads with Alertmanager's own parser.
func TestCommittedStacksAreRendered(t *testing.T) {
	token := pulumi.ToSecret(pulumi.String("1:key")).(pulumi.StringOutput)
	for _, stack := range []string{"homelab", "sandbox"} {
		g := kubetest.Run(t, func(ctx *pulumi.Context) error {
			_, err := alerting(ctx, section(t, stack), relay, token, pulumi.String("watch"))
			return err
		})
		secret := g.Get(t, "kubernetes:core/v1:Secret", prometheus.AlertmanagerConfig)
		text := secret.Values()["stringData"].(map[string]any)[alertmanager.ConfigKey].(string)
		golden := "testdata/alertmanager-" + stack + ".yaml"
		if *update {
			require.NoError(t, os.WriteFile(golden, []byte(text), 0o600))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		assert.Equal(t, string(want), text, "go test ./infra/observability -update")
		g.Get(t, "kubernetes:core/v1:Secret", "alertmanager-telegram")
	}
}

func TestNoTokenWithoutAChat(t *testing.T) {
	c := section(t, "homelab")
	for i := range c.Receivers {
		c.Receivers[i].TelegramChat = 0
	}
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		_, err := alerting(ctx, c, relay, pulumi.StringOutput{}, pulumi.String("watch"))
		return err
	})
	assert.NotContains(t, g.Names(), "alertmanager-telegram")
}
