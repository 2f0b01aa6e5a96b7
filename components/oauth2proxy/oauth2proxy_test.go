package oauth2proxy

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func graph(t *testing.T, edit func(*Args)) *kubetest.Graph {
	t.Helper()
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		app, err := kubetest.Any(ctx, "app")
		require.NoError(t, err)
		a := Args{
			Charts: charts, Namespace: pulumi.String("front"), URL: "https://board.example.test", From: pulumi.String("edge"), Replicas: 2,
			Login: Login{
				Issuer: "https://login.example.test/realms/works", Client: "board", CA: pulumi.String("authority"),
				Secret: pulumi.ToSecret(pulumi.String("pw")).(pulumi.StringOutput), Groups: []string{"chiefs", "guests"},
				AuthURL: "https://login.example.test/a", TokenURL: "https://login.example.test/t",
				UserURL: "https://login.example.test/u", KeysURL: "https://login.example.test/k",
			},
			Upstream: Upstream{URL: "http://board.apps.svc:80"},
			Ready:    []pulumi.Resource{app},
		}
		if edit != nil {
			edit(&a)
		}
		p, err := New(ctx, "board", a)
		require.Equal(t, "board-oauth2-proxy", p.Service)
		return err
	})
}

func TestRelease(t *testing.T) {
	r := graph(t, nil).Release(t, "board-oauth2-proxy")
	assert.Equal(t, pins.OAuth2Proxy.Version, r.At("version"))
	for flag, value := range map[string]string{
		"provider": "keycloak-oidc", "oidc-issuer-url": "https://login.example.test/realms/works",
		"redirect-url": "https://board.example.test/oauth2/callback", "upstream": "http://board.apps.svc:80",
		"allowed-group": "chiefs,guests", "code-challenge-method": "S256", "cookie-secure": "true",
		"cookie-name": "__Host-board", "whitelist-domain": "login.example.test",
		// It starts without the realm: discovery would end it.
		"skip-oidc-discovery": "true", "login-url": "https://login.example.test/a", "redeem-url": "https://login.example.test/t",
		"profile-url": "https://login.example.test/u", "oidc-jwks-url": "https://login.example.test/k",
	} {
		assert.Equal(t, value, r.At("values.extraArgs."+flag), flag)
	}
	assert.Equal(t, "", r.At("values.config.configFile"), "the chart's own has an upstream of its own")
	assert.Equal(t, false, r.At("values.serviceAccount.automountServiceAccountToken"))
	assert.True(t, r.DependsOn("app") && r.DependsOn("board-login") && r.DependsOn("board"))
}

func TestCredentials(t *testing.T) {
	secret := graph(t, nil).Get(t, "kubernetes:core/v1:Secret", "board-login")
	assert.True(t, secret.Secret("stringData"))
	assert.Equal(t, "board", secret.At("stringData.client-id"))
	assert.Equal(t, "pw", secret.At("stringData.client-secret"))
	assert.Len(t, secret.At("stringData.cookie-secret"), 32, "a key of AES-256")
	assert.Nil(t, secret.At(`stringData.upstream\.crt`))
}

func TestAuthorityOfTheApplication(t *testing.T) {
	g := graph(t, func(a *Args) { a.Upstream.CA = pulumi.String("another") })
	assert.Equal(t, "another", g.Get(t, "kubernetes:core/v1:Secret", "board-login").At(`stringData.upstream\.crt`))
	r := g.Release(t, "board-oauth2-proxy")
	assert.Len(t, r.At("values.extraVolumes.0.secret.items"), 2)
	assert.Equal(t, r.At("values.extraEnv.0.value"), r.At("values.extraVolumeMounts.0.mountPath"))
}

func TestOnlyTheIngressControllerReachesTheProxy(t *testing.T) {
	policy := graph(t, nil).Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "board")
	assert.Equal(t, "edge", policy.At(`spec.ingress.0.from.0.namespaceSelector.matchLabels.kubernetes\.io/metadata\.name`))
	assert.Equal(t, []any{map[string]any{"port": 44180.0, "protocol": "TCP"}}, policy.At("spec.ingress.1.ports"))
	assert.Equal(t, "board-oauth2-proxy", policy.At(`spec.podSelector.matchLabels.app\.kubernetes\.io/instance`))
}
