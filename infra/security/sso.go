package security

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/identity"
	"github.com/streamforge/infrastructure/components/oauth2proxy"
	"github.com/streamforge/infrastructure/stacks/config"
)

// Clients of the realm, by their ids.
const (
	Grafana = "grafana"
	ArgoCD  = "argocd"
	Kibana  = "kibana"
)

// SSO is how the platform's systems let people log in: through one realm of Keycloak. Everything in
// it is known before the realm exists, so a system may be declared before.
type SSO struct {
	Issuer string              // https address of the realm, without a final slash: what tokens carry
	CA     pulumi.StringOutput // PEM, public: verifies Issuer

	logins map[string]Login
}

// Login is one system as the realm knows it.
type Login struct {
	Issuer string
	CA     pulumi.StringOutput // PEM, public
	Title  string              // what people know the realm by
	Client string              // id
	Secret pulumi.StringOutput // secret
	// Scopes are all that the system should ask for; the claims come with any of them.
	Scopes []string
	// Groups are those whose members have a role in the system, by the role: of Grafana admin, editor
	// and viewer, of Argo CD admin and readonly, of Kibana user.
	Groups map[string][]string
	// GroupsClaim and RolesClaim name the claims that hold the person's groups and roles, both lists.
	// RolesClaim has the roles of this system only.
	GroupsClaim, RolesClaim string
	URL                     string // https address of the system, as the realm lets a login lead back to it
}

// Endpoint gives the address of one of the paths below.
func (l Login) Endpoint(path string) string { return l.Issuer + path }

// Login gives what the system with that client needs: Grafana, ArgoCD or Kibana.
func (s SSO) Login(client string) Login { return s.logins[client] }

// The endpoints below the issuer.
const (
	AuthorizationPath = "/protocol/openid-connect/auth"
	TokenPath         = "/protocol/openid-connect/token"
	UserInfoPath      = "/protocol/openid-connect/userinfo"
	LogoutPath        = "/protocol/openid-connect/logout"
	KeysPath          = "/protocol/openid-connect/certs"
)

// clients are the realm's, with what each system's own code expects: where a login and a logout
// lead back to.
func (in IdentityInputs) clients(logins map[string]Login) []identity.Client {
	describe := func(id, title, redirect, loggedOut string) identity.Client {
		l := logins[id]
		return identity.Client{
			ID: id, Title: title, URL: l.URL, Secret: l.Secret, Roles: config.IdentityRoles(id),
			Redirects: []string{l.URL + redirect}, LoggedOut: []string{l.URL + loggedOut},
		}
	}
	argocd := describe(ArgoCD, "Argo CD", "/auth/callback", "")
	// Up to version 3.1 its PKCE is the browser's, which has no secret; its server's own flow has none.
	argocd.WithoutPKCE = true
	argocd.TokenMinutes = 60 // what it was given at the login is its session
	return []identity.Client{
		describe(Grafana, "Grafana", "/login/generic_oauth", "/login"), argocd,
		describe(Kibana, "Kibana", oauth2proxy.Callback, "/"),
	}
}
