package config

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
)

// load reads a committed stack with these secrets as the program does.
func load(t *testing.T, name string, change edits, secrets map[string]string) error {
	t.Helper()
	sections := stack(t, name)
	for path, value := range change {
		set(t, sections, path, value)
	}
	values := map[string]string{"streamforge:proxmoxToken": "root@pam!pulumi=00000000-0000-0000-0000-000000000000"}
	for key, value := range sections {
		raw, err := json.Marshal(value)
		require.NoError(t, err)
		values["streamforge:"+key] = string(raw)
	}
	for key, value := range secrets {
		values["streamforge:"+key] = value
	}
	g := kubetest.ForStack(name)
	return g.Record(func(ctx *pulumi.Context) error {
		_, err := Load(ctx)
		return err
	}, values)
}

func TestTelegramToken(t *testing.T) {
	good := "1234567890:" + strings.Repeat("aB_-9", 7)
	before, done := edits{}, edits{"handover.cluster": true}
	mailOnly := edits{"handover.cluster": true, "alerting": map[string]any{
		"mailFrom": "a@dmz.home", "timezone": "Etc/UTC",
		"intervals": map[string]any{"waitSeconds": 0, "groupMinutes": 1, "repeatHours": 1},
		"receivers": []any{map[string]any{"name": "mail", "emails": []any{"d@e.f"}}}, "default": "mail",
	}}
	const missing = "telegramToken: missing although alerting.receivers has a telegramChat; " +
		"create a bot with @BotFather and run `pulumi config set --secret telegramToken`, which asks for it: id:key"
	const form = "telegramToken: must have the form id:key, as @BotFather gives it"
	for name, c := range map[string]struct {
		change edits
		token  string
		want   string
	}{
		"before the handover":   {before, "", ""},
		"given":                 {done, good, ""},
		"missing":               {done, "", missing},
		"of another form":       {done, "hunter2-hunter2", form},
		"not needed":            {mailOnly, "", ""},
		"not needed, but wrong": {mailOnly, "hunter2", ""},
	} {
		t.Run(name, func(t *testing.T) {
			secrets := map[string]string{}
			if c.token != "" {
				secrets["telegramToken"] = c.token
			}
			// Other secrets are missing too after the handover.
			told := fmt.Sprint(load(t, "homelab", c.change, secrets))
			require.NotContains(t, told, "hunter2", "a secret is in no message")
			if c.want == "" {
				require.NotContains(t, told, "telegramToken")
				return
			}
			require.Contains(t, told, c.want)
		})
	}
}
