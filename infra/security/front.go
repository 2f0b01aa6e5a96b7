package security

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/oauth2proxy"
	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/internal/kube"
)

// FrontInputs is what a login in front of a web application needs.
type FrontInputs struct {
	Charts   kube.Charts
	Login    Login // of the SSO value
	Upstream oauth2proxy.Upstream
	Web      *network.Web
	Ingress  pulumi.StringInput // namespace of the ingress controller
	Replicas int

	Monitoring *monitoring.Monitoring
	Disposable bool // lets a run delete the namespace; for sandboxes only
}

// FrontNamespace is where the login in front of a client's application runs, and FrontLabels are those
// of its pods: what the application's own network policy lets in, and nobody else.
func FrontNamespace(client string) string { return client + "-login" }

// FrontLabels see FrontNamespace.
func FrontLabels(client string) map[string]string { return oauth2proxy.Labels(client) }

type frontLayer struct{ pulumi.ResourceState }

// Front publishes an application that has no login of its own, such as Kibana, under its name in
// the realm: who is in none of the login's groups does not get in, and nobody gets around it. Neither
// the application nor the realm need be there before.
func Front(ctx *pulumi.Context, in FrontInputs, opts ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	groups := slices.Sorted(maps.Keys(in.Login.members()))
	if len(groups) == 0 { // the proxy would let everybody in
		return nil, fmt.Errorf("login of %s: no group has a role in it", in.Login.Client)
	}
	l := &frontLayer{}
	if err := ctx.RegisterComponentResource("streamforge:security:Front", FrontNamespace(in.Login.Client), l, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(l)
	ns, closed, err := closedNamespace(ctx, FrontNamespace(in.Login.Client), kube.Restricted, in.Disposable, child)
	if err != nil {
		return nil, err
	}
	proxy, err := oauth2proxy.New(ctx, in.Login.Client, oauth2proxy.Args{
		Charts: in.Charts, Namespace: ns, URL: in.Login.URL, From: in.Ingress, Upstream: in.Upstream, Replicas: in.Replicas,
		Scraper: monitoring.Namespace,
		Login: oauth2proxy.Login{
			Issuer: in.Login.Issuer, Client: in.Login.Client, Secret: in.Login.Secret, CA: in.Login.CA, Groups: groups,
			AuthURL: in.Login.Endpoint(AuthorizationPath), TokenURL: in.Login.Endpoint(TokenPath),
			UserURL: in.Login.Endpoint(UserInfoPath), KeysURL: in.Login.Endpoint(KeysPath),
		},
		Ready: []pulumi.Resource{closed},
	}, child)
	if err != nil {
		return nil, err
	}
	_, err = in.Monitoring.Scrape(ctx, "oauth2-proxy", monitoring.Target{
		Name: in.Login.Client + "-oauth2-proxy", Namespace: ns, Pods: true, Labels: FrontLabels(in.Login.Client),
		Endpoints: []monitoring.Endpoint{{Port: oauth2proxy.PortName}},
	}, child)
	if err != nil {
		return nil, err
	}
	published, err := in.Web.Publish(ctx, strings.TrimPrefix(in.Login.URL, "https://"), network.Backend{
		Namespace: ns, Service: proxy.Service, Port: proxy.Port,
	}, child)
	if err != nil {
		return nil, err
	}
	return append(proxy.Ready, published.Ready...), ctx.RegisterResourceOutputs(l, pulumi.Map{})
}

// members are the groups that have any role.
func (l Login) members() map[string]bool {
	all := map[string]bool{}
	for _, groups := range l.Groups {
		for _, g := range groups {
			all[g] = true
		}
	}
	return all
}
