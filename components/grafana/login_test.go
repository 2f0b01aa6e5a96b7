package grafana_test

import (
	"testing"

	"github.com/jmespath/go-jmespath"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/components/grafana"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
)

var sso = grafana.SSO{
	Name: "Example", ClientID: "board", ClientSecret: hidden("three"), CA: pulumi.String("CA-3"), Scopes: []string{"openid", "email"},
	GroupsClaim: "teams", AuthURL: "https://id.test/auth", TokenURL: "https://id.test/token", UserURL: "https://id.test/user",
	LogoutURL: "https://id.test/out", Admins: []string{"chiefs"}, Editors: []string{"makers", "menders"}, Viewers: []string{"guests"},
}

func login(t *testing.T, s *grafana.SSO, m *grafana.Mail) *kubetest.Graph {
	t.Helper()
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		c, err := grafana.New(ctx, "grafana", grafana.Args{Namespace: pulumi.String("monitoring"), SSO: s, Mail: m})
		require.NoError(t, err)
		return ctx.RegisterResource(chart, "chart", c.Values, &struct{ pulumi.CustomResourceState }{}, pulumi.DependsOn(c.Before))
	})
}

func TestLogin(t *testing.T) {
	g := login(t, &sso, nil)
	settings := g.Get(t, configMap, "grafana-settings").At("data").(map[string]any)
	for key, want := range map[string]string{
		"ENABLED": "true", "CLIENT_ID": "board", "SCOPES": "openid email", "AUTH_URL": "https://id.test/auth", "USE_PKCE": "true",
		"TLS_CLIENT_CA": "/etc/grafana-sso/ca.crt", "ROLE_ATTRIBUTE_STRICT": "true",
	} {
		assert.Equal(t, want, settings["GF_AUTH_GENERIC_OAUTH_"+key], key)
	}
	secret := g.Get(t, secret, "grafana-sso")
	assert.Equal(t, "three", secret.At("stringData.GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET"))
	assert.True(t, secret.Secret("stringData.GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET"))
	assert.Equal(t, "CA-3", g.Get(t, configMap, "grafana-sso").At(`data.ca\.crt`))
	values := g.Get(t, chart, "chart")
	assert.Equal(t, "grafana-settings", values.At("envFromConfigMaps.0.name"))
	assert.Equal(t, "grafana-sso", values.At("envFromSecrets.0.name"))
	assert.Equal(t, "/etc/grafana-sso", values.At("extraConfigmapMounts.0.mountPath"))
	assert.True(t, values.DependsOn("grafana-sso"), "the pod does not start without its environment")
}

// TestRoles asks the expression as Grafana does.
func TestRoles(t *testing.T) {
	expression := login(t, &sso, nil).Get(t, configMap, "grafana-settings").At("data.GF_AUTH_GENERIC_OAUTH_ROLE_ATTRIBUTE_PATH").(string)
	for want, teams := range map[string][]any{
		"GrafanaAdmin": {"guests", "chiefs"}, "Editor": {"guests", "menders"}, "Viewer": {"others", "guests"}, "": {"others"},
	} {
		got, err := jmespath.Search(expression, map[string]any{"teams": teams})
		require.NoError(t, err, expression)
		assert.Equal(t, want, got, teams)
	}
	got, err := jmespath.Search(expression, map[string]any{"teams": []any{}})
	require.NoError(t, err)
	assert.Equal(t, "", got, "nobody's groups")
}

func TestMail(t *testing.T) {
	g := login(t, nil, &grafana.Mail{Host: "relay.post.svc", Port: 587, From: "board@example.test"})
	assert.Equal(t, map[string]any{
		"GF_SMTP_ENABLED": "true", "GF_SMTP_HOST": "relay.post.svc:587", "GF_SMTP_FROM_ADDRESS": "board@example.test",
		"GF_SMTP_STARTTLS_POLICY": "NoStartTLS",
	}, g.Get(t, configMap, "grafana-settings").At("data"))
	assert.NotContains(t, g.Names(), "grafana-sso")
}
