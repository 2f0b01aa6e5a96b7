package security

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/components/oauth2proxy"
	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/infra/storage"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/stacks/config"
)

var groups = []config.IdentityGroup{
	{Name: "chiefs", Grafana: "admin", ArgoCD: "admin", Kibana: "user"}, {Name: "makers", Grafana: "editor", Kibana: "user"},
	{Name: "menders", Grafana: "editor", ArgoCD: "readonly"},
}

func inputs() IdentityInputs {
	return IdentityInputs{
		Identity:   config.Identity{Realm: "works", Title: "The works", Groups: groups},
		Foundation: network.FoundationOutputs{RootCertificate: pulumi.String("PEM").ToStringOutput()},
		Web:        &network.Web{Domain: "home.test", Class: "traefik", Issuer: "ca"},
	}
}

// run calls with the logins of a realm that no server has yet.
func run(t *testing.T, with func(*pulumi.Context, IdentityInputs, SSO) error) (*kubetest.Graph, error) {
	t.Helper()
	return kubetest.TryRun(func(ctx *pulumi.Context) error {
		in, stage := inputs(), &identityLayer{}
		if err := ctx.RegisterComponentResource("streamforge:security:IdentityServer", "identity-server", stage); err != nil {
			return err
		}
		logins, err := in.sso(ctx, "https://keycloak.home.test", pulumi.Parent(stage))
		if err != nil {
			return err
		}
		return with(ctx, in, logins)
	})
}

func TestLogins(t *testing.T) {
	_, err := run(t, func(_ *pulumi.Context, in IdentityInputs, s SSO) error {
		l := s.Login(Grafana)
		assert.Equal(t, "https://keycloak.home.test/realms/works", l.Issuer)
		assert.Equal(t, "https://keycloak.home.test/realms/works/protocol/openid-connect/token", l.Endpoint(TokenPath))
		assert.Equal(t, "The works", l.Title)
		assert.Equal(t, map[string][]string{"admin": {"chiefs"}, "editor": {"makers", "menders"}}, l.Groups)
		assert.Equal(t, map[string][]string{"admin": {"chiefs"}, "readonly": {"menders"}}, s.Login(ArgoCD).Groups)
		assert.Equal(t, map[string]bool{"chiefs": true, "makers": true}, s.Login(Kibana).members())

		back := map[string]string{}
		for _, c := range in.clients(s.logins) {
			require.Len(t, c.Redirects, 1, "each leads to one place")
			back[c.ID] = c.Redirects[0]
			assert.Equal(t, c.ID == ArgoCD, c.WithoutPKCE, c.ID)
			assert.Equal(t, c.ID == ArgoCD, c.TokenMinutes > 0, c.ID)
		}
		assert.Equal(t, map[string]string{
			Grafana: "https://grafana.home.test/login/generic_oauth", ArgoCD: "https://argocd.home.test/auth/callback",
			Kibana: "https://kibana.home.test/oauth2/callback",
		}, back)
		return nil
	})
	require.NoError(t, err)
}

func front(t *testing.T, edit func(*Login)) (*kubetest.Graph, error) {
	t.Helper()
	mirror := kubetest.Mirror(t)
	watched := &monitoring.Monitoring{}
	return run(t, func(ctx *pulumi.Context, in IdentityInputs, s SSO) error {
		login := s.Login(Kibana)
		edit(&login)
		_, err := Front(ctx, FrontInputs{
			Charts: kube.Charts{Mirror: mirror}, Login: login, Web: in.Web, Ingress: pulumi.String("edge"), Replicas: 2, Monitoring: watched,
			Upstream: oauth2proxy.Upstream{URL: "https://board.logs.svc:5601", CA: pulumi.String("PEM 2")},
		})
		return err
	})
}

func TestFront(t *testing.T) {
	g, err := front(t, func(*Login) {})
	require.NoError(t, err)
	r := g.Release(t, "kibana-oauth2-proxy")
	assert.Equal(t, "kibana-login", r.At("namespace"))
	assert.Equal(t, "https://kibana.home.test/oauth2/callback", r.At("values.extraArgs.redirect-url"))
	assert.Equal(t, "chiefs,makers", r.At("values.extraArgs.allowed-group"))
	for flag, path := range map[string]string{"login-url": "auth", "redeem-url": "token", "profile-url": "userinfo", "oidc-jwks-url": "certs"} {
		assert.Equal(t, "https://keycloak.home.test/realms/works/protocol/openid-connect/"+path, r.At("values.extraArgs."+flag))
	}
	route := g.Get(t, "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", "kibana.home.test-route")
	assert.Equal(t, "kibana-oauth2-proxy", route.At("spec.rules.0.backendRefs.0.name"))
	assert.Equal(t, "kibana-login", route.At("metadata.namespace"))
	policy := g.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "kibana")
	assert.Equal(t, "monitoring", policy.At(`spec.ingress.1.from.0.namespaceSelector.matchLabels.kubernetes\.io/metadata\.name`))
	monitor := g.Get(t, "kubernetes:monitoring.coreos.com/v1:PodMonitor", "monitor-kibana-oauth2-proxy")
	for label, value := range FrontLabels(Kibana) {
		assert.Equal(t, value, monitor.At("spec.selector.matchLabels").(map[string]any)[label])
	}
	assert.True(t, g.Get(t, "kubernetes:core/v1:Namespace", FrontNamespace(Kibana)).Protect)
}

func TestAFrontForNobody(t *testing.T) {
	_, err := front(t, func(l *Login) { l.Groups = nil })
	require.ErrorContains(t, err, "login of kibana: no group has a role in it")
}

func TestRelayWaitsForKindsOnlyToBeMeasured(t *testing.T) {
	for _, tag := range []string{"", "v1"} {
		charts := kube.Charts{Mirror: kubetest.Mirror(t)}
		g := kubetest.Run(t, func(ctx *pulumi.Context) error {
			made := map[string]pulumi.Resource{}
			for _, name := range []string{"kinds", "class", "other-class"} {
				var err error
				made[name], err = kubetest.Any(ctx, name)
				require.NoError(t, err)
			}
			watched := &monitoring.Monitoring{Ready: []pulumi.Resource{made["kinds"]}}
			_, err := Relay(ctx, MailInputs{
				Charts: charts, Mail: config.Mail{ExporterTag: tag}, Monitoring: watched, Classes: storage.Classes{
					Replicated: kube.Class{Name: "fast", Ready: []pulumi.Resource{made["class"]}},
					Local:      kube.Class{Name: "near", Ready: []pulumi.Resource{made["other-class"]}},
				},
			})
			assert.Equal(t, tag != "", len(watched.Systems()) > 0)
			return err
		})
		r := g.Release(t, "mailrelay")
		assert.Equal(t, tag != "", r.DependsOn("kinds"))
		assert.True(t, r.DependsOn("class"))
		assert.False(t, r.DependsOn("other-class"))
	}
}

func TestMailIsTakenFromItsClients(t *testing.T) {
	assert.True(t, Mail{Clients: []string{"alerts"}}.Takes("alerts"))
	assert.False(t, Mail{}.Takes("alerts"))
}
