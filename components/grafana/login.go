package grafana

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// SSO is the OpenID Connect provider that people log in with. Who is in none of its groups does not
// get in.
type SSO struct {
	Name         string // shown on the button
	ClientID     string
	ClientSecret pulumi.StringInput // secret
	CA           pulumi.StringInput // PEM, public, verifies the provider
	Scopes       []string           // to ask for
	GroupsClaim  string             // with the person's groups

	AuthURL, TokenURL, UserURL, LogoutURL string // https addresses of the provider

	Admins, Editors, Viewers []string // groups; whoever is in several has the first role of these
}

// Mail is the relay that takes Grafana's mail without a login.
type Mail struct {
	Host string
	Port int
	From string // sender
}

const (
	loginObject = "grafana-sso"
	loginCA     = "ca.crt"
	loginDir    = "/etc/grafana-sso"
	// loginVariable is read by Grafana itself, instead of client_secret in section auth.generic_oauth.
	loginVariable = "GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET"
)

// login declares what Grafana reads for SSO, and completes the values.
func (c *Content) login(ctx *pulumi.Context, name string, a Args, child pulumi.ResourceOption) error {
	secret, err := kube.Secret(ctx, name+"-sso", kube.SecretArgs{
		Name: loginObject, Namespace: a.Namespace, Data: pulumi.StringMap{loginVariable: a.SSO.ClientSecret},
	}, child)
	if err != nil {
		return err
	}
	authority, err := kube.ConfigMap(ctx, name+"-sso", kube.ConfigMapArgs{
		Name: loginObject, Namespace: a.Namespace, Data: pulumi.StringMap{loginCA: a.SSO.CA},
	}, child)
	if err != nil {
		return err
	}
	c.Before = append(c.Before, secret, authority)
	c.Values["extraConfigmapMounts"] = pulumi.Array{pulumi.Map{
		"name": pulumi.String("sso"), "configMap": pulumi.String(loginObject), "mountPath": pulumi.String(loginDir),
		"readOnly": pulumi.Bool(true),
	}}
	return nil
}

// settings are sections of Grafana's own configuration file.
func settings(a Args) pulumi.Map {
	sections := pulumi.Map{}
	if m := a.Mail; m != nil {
		sections["smtp"] = pulumi.Map{
			"enabled": pulumi.Bool(true), "host": pulumi.String(m.Host + ":" + strconv.Itoa(m.Port)),
			"from_address": pulumi.String(m.From), "startTLS_policy": pulumi.String("NoStartTLS"),
		}
	}
	if s := a.SSO; s != nil {
		sections["auth.generic_oauth"] = pulumi.Map{
			"enabled": pulumi.Bool(true), "name": pulumi.String(s.Name), "client_id": pulumi.String(s.ClientID),
			"scopes":   pulumi.String(strings.Join(s.Scopes, " ")),
			"auth_url": pulumi.String(s.AuthURL), "token_url": pulumi.String(s.TokenURL), "api_url": pulumi.String(s.UserURL),
			"signout_redirect_url":       pulumi.String(s.LogoutURL),
			"tls_client_ca":              pulumi.String(loginDir + "/" + loginCA),
			"use_pkce":                   pulumi.Bool(true),
			"use_refresh_token":          pulumi.Bool(true), // a group that somebody leaves counts when the token is renewed
			"login_attribute_path":       pulumi.String("preferred_username"),
			"email_attribute_path":       pulumi.String("email"),
			"name_attribute_path":        pulumi.String("name"),
			"groups_attribute_path":      pulumi.String(s.GroupsClaim),
			"role_attribute_path":        pulumi.String(s.roles()),
			"role_attribute_strict":      pulumi.Bool(true), // no role, no entry
			"allow_assign_grafana_admin": pulumi.Bool(true),
		}
	}
	return sections
}

// roles is the JMESPath expression that finds a person's role, empty for none.
func (s SSO) roles() string {
	var tests []string
	for _, role := range []struct {
		name   string
		groups []string
	}{{"GrafanaAdmin", s.Admins}, {"Editor", s.Editors}, {"Viewer", s.Viewers}} {
		for _, g := range role.groups {
			tests = append(tests, fmt.Sprintf("contains(%s[*], '%s') && '%s'", s.GroupsClaim, g, role.name))
		}
	}
	return strings.Join(append(tests, "''"), " || ")
}
