package alertmanager_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/components/alertmanager"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	chat = alertmanager.Receiver{Name: "chat", Chat: -1001234567890123}
	mail = alertmanager.Receiver{Name: "mail", Emails: []string{"ops@dmz.home", "night@dmz.home"}}
	both = alertmanager.Receiver{Name: "data", Emails: []string{"data@dmz.home"}, Chat: 42}
	smtp = &alertmanager.SMTP{Smarthost: "mail.dmz.home:25", From: "alerts@dmz.home"}
	safe = &alertmanager.SMTP{Smarthost: "mail.dmz.home:587", From: "alerts@dmz.home", RequireTLS: true}
	bare = alertmanager.Config{Timezone: "Etc/UTC", WaitSeconds: 30, GroupMinutes: 5, RepeatHours: 12}
)

// configs are rendered into testdata. tests/rules reads each of them with Alertmanager's own parser.
var configs = map[string]func(c *alertmanager.Config){
	"mail-only": func(c *alertmanager.Config) {
		c.SMTP, c.Receivers, c.Default = smtp, []alertmanager.Receiver{mail}, "mail"
	},
	"chat-only": func(c *alertmanager.Config) {
		c.Receivers, c.Default, c.WaitSeconds = []alertmanager.Receiver{chat}, "chat", 0
	},
	"watchdog": func(c *alertmanager.Config) {
		c.SMTP, c.Receivers, c.Default = safe, []alertmanager.Receiver{mail}, "mail"
		c.Watchdog = "https://hc.example.org/ping/1"
	},
	"teams": func(c *alertmanager.Config) {
		c.SMTP, c.Receivers, c.Default = smtp, []alertmanager.Receiver{mail, chat, both}, "mail"
		c.Routes = []alertmanager.Route{
			{Receiver: "data", Severities: []string{"critical"}, Teams: []string{"data", "research"}, RepeatHours: 2},
			{Receiver: "chat", Severities: []string{"critical"}},
			{Receiver: "data", Teams: []string{"data"}, Severities: []string{"warning", "info"}, Quiet: []string{"nights", "weekend"}},
		}
		c.Timezone = "Europe/Moscow"
		c.QuietHours = []alertmanager.QuietHours{
			{Name: "nights", From: "22:00", To: "07:30"},
			{Name: "weekend", From: "07:30", To: "22:00", Days: []string{"saturday", "sunday"}},
		}
	},
	"quiet": func(c *alertmanager.Config) {
		c.Receivers, c.Default = []alertmanager.Receiver{chat}, "chat"
		c.Routes = []alertmanager.Route{
			{Receiver: "chat", Severities: []string{"warning"}, Quiet: []string{"sunday-night"}},
			{Receiver: "chat", Severities: []string{"info"}, Quiet: []string{"to-midnight", "always"}},
		}
		c.Timezone = "America/New_York"
		c.QuietHours = []alertmanager.QuietHours{
			{Name: "sunday-night", From: "20:00", To: "06:00", Days: []string{"saturday", "sunday"}},
			{Name: "to-midnight", From: "20:00", To: "00:00"},
			{Name: "always", From: "00:00", To: "00:00", Days: []string{"friday"}},
		}
	},
}

func config(name string) alertmanager.Config {
	c := bare
	configs[name](&c)
	return c
}

func TestRendered(t *testing.T) {
	for name := range configs {
		t.Run(name, func(t *testing.T) {
			text, err := config(name).Render("/etc/alertmanager/secrets/alertmanager-telegram/token")
			require.NoError(t, err)
			golden := filepath.Join("testdata", name+".yaml")
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(text), 0o600))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), text, "go test ./components/alertmanager -update")
		})
	}
}

func TestEveryGoldenIsOfSomeConfiguration(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	require.NoError(t, err)
	assert.Len(t, files, len(configs))
}

func stored(t *testing.T, a alertmanager.Args) (*alertmanager.Alertmanager, *kubetest.Graph) {
	t.Helper()
	var m *alertmanager.Alertmanager
	a.Namespace, a.Secret = pulumi.String("watch"), "alertmanager-config"
	g := kubetest.Run(t, func(ctx *pulumi.Context) (err error) {
		m, err = alertmanager.New(ctx, "alertmanager", a)
		return err
	})
	return m, g
}

func TestConfigurationAndTokenAreSecret(t *testing.T) {
	token := pulumi.ToSecret(pulumi.String("1:key")).(pulumi.StringOutput)
	m, g := stored(t, alertmanager.Args{Token: token, Config: config("teams")})
	assert.Equal(t, []string{"alertmanager-telegram"}, m.Mounts)
	assert.Len(t, m.Ready, 2)
	s := g.Get(t, "kubernetes:core/v1:Secret", "alertmanager-config")
	assert.Equal(t, "watch", s.At("metadata.namespace"))
	text := s.Values()["stringData"].(map[string]any)[alertmanager.ConfigKey]
	want, err := os.ReadFile("testdata/teams.yaml")
	require.NoError(t, err)
	assert.Equal(t, string(want), text)
	assert.NotContains(t, text, "1:key", "the server reads the token from its own Secret")
	bot := g.Get(t, "kubernetes:core/v1:Secret", "alertmanager-telegram")
	assert.Equal(t, "1:key", bot.At("stringData.token"))
	assert.True(t, bot.Secret("stringData.token"))
}

func TestWithoutAChatThereIsNoToken(t *testing.T) {
	m, g := stored(t, alertmanager.Args{Config: config("mail-only")})
	assert.Empty(t, m.Mounts)
	assert.Len(t, m.Ready, 1)
	assert.NotContains(t, g.Names(), "alertmanager-telegram")
}
