// Package alertmanager writes the configuration of Alertmanager. The server itself is part of
// kube-prometheus-stack; its configuration is a Secret of our own, so that no token passes through
// a chart's values.
package alertmanager

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// ConfigKey is the key of the configuration in its Secret, as the operator wants it.
const ConfigKey = "alertmanager.yaml"

// Args say who hears of an alert. The values are taken as they are: whoever reads them from a
// person checks them.
type Args struct {
	Namespace pulumi.StringInput // of Alertmanager, must exist
	Secret    string             // name of the Secret in which its operator looks for the configuration
	Token     pulumi.StringInput // of the Telegram bot; nil when no receiver has a chat
	Config    Config
}

// Alertmanager is the stored configuration.
type Alertmanager struct {
	pulumi.ResourceState
	Mounts []string          // names of Secrets that its files are read from: alertmanagerSpec.secrets
	Ready  []pulumi.Resource // the Secrets
}

// New stores the configuration. The names of other Secrets begin with name.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Alertmanager, error) {
	m := &Alertmanager{}
	if err := ctx.RegisterComponentResource("streamforge:observability:Alertmanager", name, m, opts...); err != nil {
		return nil, fmt.Errorf("alertmanager %s: %w", name, err)
	}
	token := name + "-telegram"
	text, err := a.Config.Render(tokenFile(token))
	if err != nil {
		return nil, fmt.Errorf("alertmanager %s: %w", name, err)
	}
	// Mail addresses and the address of the watchdog are nobody's business either.
	hidden := pulumi.ToSecret(pulumi.String(text)).(pulumi.StringOutput)
	if err := m.secret(ctx, a, a.Secret, ConfigKey, hidden); err != nil {
		return nil, err
	}
	if a.Token != nil {
		if err := m.secret(ctx, a, token, tokenKey, a.Token); err != nil {
			return nil, err
		}
		m.Mounts = append(m.Mounts, token)
	}
	return m, ctx.RegisterResourceOutputs(m, pulumi.Map{"configSecret": pulumi.String(a.Secret)})
}

func (m *Alertmanager) secret(ctx *pulumi.Context, a Args, name, key string, value pulumi.StringInput) error {
	s, err := kube.Secret(ctx, name, kube.SecretArgs{
		Namespace: a.Namespace, Data: pulumi.StringMap{key: value},
	}, pulumi.Parent(m))
	if err != nil {
		return err
	}
	m.Ready = append(m.Ready, s)
	return nil
}

// tokenKey is the key of the bot's token in its Secret.
const tokenKey = "token"

// tokenFile is where the operator mounts it.
func tokenFile(secret string) string { return "/etc/alertmanager/secrets/" + secret + "/" + tokenKey }
