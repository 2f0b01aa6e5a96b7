package gitops

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/argocd"
	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/infra/security"
	"github.com/streamforge/infrastructure/internal/kube"
)

const argocdNamespace = "argocd"

func (in Inputs) argocd(ctx *pulumi.Context, child pulumi.ResourceOption) (Outputs, error) {
	// Its parts find each other, and people its server, by policies of the chart.
	ns, err := in.namespace(ctx, argocdNamespace, kube.Restricted, []kube.Rule{{Peers: monitoring.Peers()}}, child)
	if err != nil {
		return Outputs{}, err
	}
	services, err := in.services(ctx, child)
	if err != nil {
		return Outputs{}, err
	}
	host, a := in.Web.Host("argocd"), in.GitOps.ArgoCD.WithDefaults()
	argo, err := argocd.New(ctx, "argocd", argocd.Args{
		Charts: in.Charts, Namespace: ns, Host: host, Namespaces: services, SSO: sso(in.Login),
		Repository: argocd.Repository{
			URL: in.GitOps.URL(), Host: in.GitOps.GitLab.Host, Revision: a.Revision, Path: a.Path,
			Username: a.Username, Token: in.Secrets.RepositoryToken, CA: in.authority(),
		},
	}, child)
	if err != nil {
		return Outputs{}, err
	}
	published, err := in.Web.Publish(ctx, host, network.Backend{
		Namespace: ns, Service: argocd.Service, Port: argocd.Port,
	}, child)
	if err != nil {
		return Outputs{}, err
	}
	_, err = in.Monitoring.Scrape(ctx, "argocd", monitoring.Target{
		Namespace: ns, Pods: true, LabelIn: map[string][]string{argocd.NameLabel: argocd.Parts()},
		Endpoints: []monitoring.Endpoint{{Port: argocd.MetricsPort}},
	}, child)
	return Outputs{URL: published.URL, Password: argo.Password, Ready: argo.Ready}, err
}

// sso says the login in the component's words.
func sso(l *security.Login) *argocd.SSO {
	if l == nil {
		return nil
	}
	return &argocd.SSO{
		Name: l.Title, Issuer: l.Issuer, ClientID: l.Client, ClientSecret: l.Secret, CA: l.CA,
		LogoutURL: l.Endpoint(security.LogoutPath) + "?client_id=" + l.Client + "&id_token_hint={{token}}&post_logout_redirect_uri={{logoutRedirectURL}}",
		Scopes:    l.Scopes, GroupsClaim: l.GroupsClaim, Admins: l.Groups["admin"], Readers: l.Groups["readonly"],
	}
}

// services gives the namespaces of the repository's services, and makes those that no other layer has.
func (in Inputs) services(ctx *pulumi.Context, child pulumi.ResourceOption) (all []pulumi.StringInput, err error) {
	for _, name := range in.GitOps.ArgoCD.Namespaces {
		var ns pulumi.StringInput = pulumi.String(name)
		if !slices.Contains(in.Services, name) {
			if ns, err = in.namespace(ctx, name, kube.Restricted, network.Visitors(), child); err != nil {
				return nil, err
			}
		}
		all = append(all, ns)
	}
	return all, nil
}
