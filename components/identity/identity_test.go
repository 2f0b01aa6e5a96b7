package identity

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube/kubetest"
)

func declare(edit func(*Args)) (*kubetest.Graph, error) {
	return kubetest.TryRun(func(ctx *pulumi.Context) error {
		server, err := kubetest.Any(ctx, "server")
		if err != nil {
			return err
		}
		a := Args{
			Server: Server{URL: pulumi.String("https://login.example.test"), CA: pulumi.String("authority"), User: "root", Password: pulumi.String("secret-1")},
			Realm:  "works", Title: "The works", Mail: &Mail{"relay.post.svc", 25, "login@example.test"},
			Groups: []Group{{"chiefs", map[string]string{"board": "admin"}}, {"guests", nil}},
			Clients: []Client{{
				ID: "board", Title: "Board", URL: "https://board.example.test", Redirects: []string{"https://board.example.test/back"},
				LoggedOut: []string{"https://board.example.test/bye"}, Secret: pulumi.String("secret-2"), Roles: []string{"admin", "reader"},
			}},
			Ready: []pulumi.Resource{server},
		}
		if edit != nil {
			edit(&a)
		}
		_, err = New(ctx, "id", a)
		return err
	})
}

func graph(t *testing.T, edit func(*Args)) *kubetest.Graph {
	t.Helper()
	g, err := declare(edit)
	require.NoError(t, err)
	return g
}

func TestRealmIsGuarded(t *testing.T) {
	r := graph(t, nil).Get(t, "keycloak:index/realm:Realm", "id")
	assert.Equal(t, "works", r.At("realm"))
	assert.Equal(t, "all", r.At("sslRequired"))
	assert.Equal(t, false, r.At("registrationAllowed"))
	assert.Contains(t, r.At("passwordPolicy"), "length(12)")
	assert.Equal(t, 5.0, r.At("securityDefenses.bruteForceDetection.maxLoginFailures"))
	assert.Equal(t, false, r.At("securityDefenses.bruteForceDetection.permanentLockout"), "a stranger could lock everybody out")
	assert.Equal(t, "5m", r.At("accessTokenLifespan"))
	assert.Equal(t, "relay.post.svc", r.At("smtpServer.host"))
	assert.Equal(t, "25", r.At("smtpServer.port"))
	assert.Nil(t, r.At("smtpServer.auth"))
	assert.True(t, r.Protect)
	assert.True(t, r.DependsOn("server"))
}

func TestRealmWithoutMailForASandbox(t *testing.T) {
	g := graph(t, func(a *Args) { a.Mail, a.Disposable, a.OTP = nil, true, true })
	r := g.Get(t, "keycloak:index/realm:Realm", "id")
	assert.Equal(t, false, r.At("resetPasswordAllowed"), "nobody would get the message")
	assert.Nil(t, r.At("smtpServer"))
	assert.False(t, r.Protect)
	assert.Equal(t, true, g.Get(t, "keycloak:index/requiredAction:RequiredAction", "id-otp").At("defaultAction"))
}

func TestServerIsAskedLate(t *testing.T) {
	p := graph(t, nil).Get(t, "pulumi:providers:keycloak", "id")
	assert.Equal(t, false, p.At("initialLogin"), "a preview must not need the server")
	assert.Equal(t, "authority", p.At("rootCaCertificate"))
	assert.True(t, p.Secret("password"))
}

func TestClientShowsNoMoreThanItNeeds(t *testing.T) {
	g := graph(t, nil)
	c := g.Get(t, "keycloak:openid/client:Client", "id-board")
	assert.Equal(t, "CONFIDENTIAL", c.At("accessType"))
	assert.True(t, c.Secret("clientSecret"))
	for _, off := range []string{"implicitFlowEnabled", "directAccessGrantsEnabled", "serviceAccountsEnabled", "fullScopeAllowed"} {
		assert.Equal(t, false, c.At(off), off)
	}
	assert.Equal(t, "S256", c.At("pkceCodeChallengeMethod"))
	assert.Equal(t, []any{"https://board.example.test/back"}, c.At("validRedirectUris"))
	assert.Equal(t, []any{"https://board.example.test/bye"}, c.At("validPostLogoutRedirectUris"))
	scopes := g.Get(t, "keycloak:openid/clientDefaultScopes:ClientDefaultScopes", "id-board")
	assert.ElementsMatch(t, []any{"basic", "profile", "email", "acr", "web-origins", "groups"}, scopes.At("defaultScopes"))
	assert.True(t, scopes.DependsOn("GroupMembershipProtocolMapper id-groups"), "the scope and its mapper come first")
	roles := g.Get(t, "keycloak:openid/userClientRoleProtocolMapper:UserClientRoleProtocolMapper", "id-board-roles")
	assert.Equal(t, "board", roles.At("clientIdForRoleMappings"))
	assert.Equal(t, "roles", roles.At("claimName"))
	audience := g.Get(t, "keycloak:openid/audienceProtocolMapper:AudienceProtocolMapper", "id-board-audience")
	assert.Equal(t, "board", audience.At("includedClientAudience"))
}

func TestClientsDoNotWaitForEachOther(t *testing.T) {
	g := graph(t, func(a *Args) {
		second := a.Clients[0]
		second.ID = "shop"
		a.Clients = append(a.Clients, second)
	})
	for _, waited := range g.Get(t, "keycloak:openid/clientDefaultScopes:ClientDefaultScopes", "id-shop").Dependencies {
		assert.NotContains(t, waited, "::id-board")
	}
}

func TestASimpleSystem(t *testing.T) {
	c := graph(t, func(a *Args) { a.Clients[0].WithoutPKCE, a.Clients[0].TokenMinutes = true, 30 }).Get(t, "keycloak:openid/client:Client", "id-board")
	assert.Equal(t, "", c.At("pkceCodeChallengeMethod"))
	assert.Equal(t, "1800", c.At("accessTokenLifespan"))
	assert.Nil(t, graph(t, nil).Get(t, "keycloak:openid/client:Client", "id-board").At("accessTokenLifespan"))
}

func TestGroupsHoldRoles(t *testing.T) {
	g := graph(t, nil)
	chiefs := g.Get(t, "keycloak:index/groupRoles:GroupRoles", "id-chiefs")
	assert.Equal(t, []any{"id-board-admin-id"}, chiefs.At("roleIds"))
	assert.Equal(t, true, chiefs.At("exhaustive"))
	assert.Empty(t, g.Get(t, "keycloak:index/groupRoles:GroupRoles", "id-guests").At("roleIds"))
}

func TestGroupWithARoleThatIsNotThere(t *testing.T) {
	_, err := declare(func(a *Args) { a.Groups[0].Roles["board"] = "owner" })
	require.ErrorContains(t, err, `realm works: group chiefs: client board has no role "owner"`)
}
