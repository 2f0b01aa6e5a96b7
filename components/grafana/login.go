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
	settingsObject = "grafana-settings" // ConfigMap of variables
	loginObject    = "grafana-sso"      // Secret of variables, and ConfigMap of the authority
	loginCA        = "ca.crt"
	loginDir       = "/etc/grafana-sso"
)

// login declares what Grafana reads for SSO and mail, and completes the values. Grafana reads every
// setting from GF_<section>_<key> of its environment as well as from its file.
func (c *Content) login(ctx *pulumi.Context, name string, a Args, child pulumi.ResourceOption) error {
	data := pulumi.StringMap{}
	for section, settings := range map[string]map[string]string{"SMTP": a.Mail.settings(), "AUTH_GENERIC_OAUTH": a.SSO.settings()} {
		for key, value := range settings {
			data["GF_"+section+"_"+strings.ToUpper(key)] = pulumi.String(value)
		}
	}
	if len(data) == 0 {
		return nil
	}
	settings, err := kube.ConfigMap(ctx, name+"-settings", kube.ConfigMapArgs{Name: settingsObject, Namespace: a.Namespace, Data: data}, child)
	if err != nil {
		return err
	}
	c.Before = append(c.Before, settings)
	c.Values["envFromConfigMaps"] = pulumi.Array{pulumi.Map{"name": pulumi.String(settingsObject)}}
	if a.SSO == nil {
		return nil
	}
	secret, err := kube.Secret(ctx, name+"-sso", kube.SecretArgs{
		Name: loginObject, Namespace: a.Namespace, Data: pulumi.StringMap{"GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET": a.SSO.ClientSecret},
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

// settings of section smtp.
func (m *Mail) settings() map[string]string {
	if m == nil {
		return nil
	}
	return map[string]string{
		"enabled": "true", "host": m.Host + ":" + strconv.Itoa(m.Port), "from_address": m.From, "startTLS_policy": "NoStartTLS",
	}
}

// settings of section auth.generic_oauth.
func (s *SSO) settings() map[string]string {
	if s == nil {
		return nil
	}
	return map[string]string{
		"enabled": "true", "name": s.Name, "client_id": s.ClientID, "scopes": strings.Join(s.Scopes, " "),
		"auth_url": s.AuthURL, "token_url": s.TokenURL, "api_url": s.UserURL, "signout_redirect_url": s.LogoutURL,
		"tls_client_ca":              loginDir + "/" + loginCA,
		"use_pkce":                   "true",
		"use_refresh_token":          "true", // a group that somebody leaves counts when the token is renewed
		"login_attribute_path":       "preferred_username",
		"email_attribute_path":       "email",
		"name_attribute_path":        "name",
		"groups_attribute_path":      s.GroupsClaim,
		"role_attribute_path":        s.roles(),
		"role_attribute_strict":      "true", // no role, no entry
		"allow_assign_grafana_admin": "true",
	}
}

// roles is the JMESPath expression that finds a person's role, empty for none.
func (s *SSO) roles() string {
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
