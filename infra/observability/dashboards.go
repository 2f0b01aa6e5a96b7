package observability

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/grafana"
	"github.com/streamforge/infrastructure/infra/data"
	"github.com/streamforge/infrastructure/infra/security"
)

// Shown is what Grafana can show besides metrics.
type Shown struct {
	Logs     *grafana.Elasticsearch // nil means that no logs are kept
	Postgres data.Postgres          // its reader config.GrafanaReader says which databases
}

// console declares dashboards, data sources, and how people log in. The chart's release takes Values
// under its key grafana and waits for Before. ns is the namespace of that name, where Grafana runs.
func (in Inputs) console(ctx *pulumi.Context, namespace string, ns pulumi.StringInput, child pulumi.ResourceOption) (*grafana.Content, error) {
	sources, err := in.Shown.sources(ctx, namespace, child)
	if err != nil {
		return nil, fmt.Errorf("data sources of Grafana: %w", err)
	}
	a := grafana.Args{Namespace: ns, Sources: sources, SSO: sso(in.Login)}
	if in.Alerting.MailFrom != "" {
		a.Mail = &grafana.Mail{Host: in.Mail.Host, Port: in.Mail.Port, From: in.Alerting.MailFrom}
	}
	return grafana.New(ctx, "grafana", a, child)
}

// sso says the login in the component's words.
func sso(l *security.Login) *grafana.SSO {
	if l == nil {
		return nil
	}
	return &grafana.SSO{
		Name: l.Title, ClientID: l.Client, ClientSecret: l.Secret, CA: l.CA, Scopes: l.Scopes, GroupsClaim: l.GroupsClaim,
		AuthURL: l.Endpoint(security.AuthorizationPath), TokenURL: l.Endpoint(security.TokenPath), UserURL: l.Endpoint(security.UserInfoPath),
		LogoutURL: l.Endpoint(security.LogoutPath) + "?client_id=" + l.Client + "&post_logout_redirect_uri=" + l.URL + "/login",
		Admins:    l.Groups["admin"], Editors: l.Groups["editor"], Viewers: l.Groups["viewer"],
	}
}
