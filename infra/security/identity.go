package security

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/identity"
	"github.com/streamforge/infrastructure/components/keycloak"
	"github.com/streamforge/infrastructure/infra/data"
	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/secrets"
	"github.com/streamforge/infrastructure/stacks/config"
)

// IdentityInputs is what the identity server and its realm need.
type IdentityInputs struct {
	Identity   config.Identity
	Postgres   data.Postgres // has identity.database
	Mail       Mail
	Password   *pulumi.StringOutput // of the administrator; nil means that the platform makes it
	Foundation network.FoundationOutputs
	Web        *network.Web
	Ingress    pulumi.StringInput // namespace of the ingress controller
	Monitoring *monitoring.Monitoring
	Disposable bool // lets a run delete the namespace and the realm; for sandboxes only
}

// IdentityOutputs is what later layers may use.
type IdentityOutputs struct {
	SSO      SSO
	URL      string              // https address of the server
	Password pulumi.StringOutput // of its administrator, secret
	Ready    []pulumi.Resource   // it is there and published; what is in it is Realm's

	layer *identityLayer
}

type identityLayer struct{ pulumi.ResourceState }

// Identity declares the identity server and makes the secrets of the realm's clients.
func Identity(ctx *pulumi.Context, in IdentityInputs, opts ...pulumi.ResourceOption) (IdentityOutputs, error) {
	l := &identityLayer{}
	if err := ctx.RegisterComponentResource("streamforge:security:IdentityServer", "identity-server", l, opts...); err != nil {
		return IdentityOutputs{}, err
	}
	child := pulumi.Parent(l)
	host := in.Web.Host("keycloak")
	out := IdentityOutputs{URL: "https://" + host, layer: l}
	ns, closed, err := closedNamespace(ctx, config.IdentityNamespace, kube.Restricted, in.Disposable, child)
	if err != nil {
		return out, err
	}
	d, err := in.Postgres.Connect(ctx, data.PostgresClient{
		Cluster: in.Identity.Database.Cluster, Database: in.Identity.Database.Name, User: in.Identity.Database.User,
		Namespace: config.IdentityNamespace,
	}, child)
	if err != nil {
		return out, err
	}
	args := keycloak.Args{
		Namespace: ns, URL: out.URL, Replicas: in.Identity.Replicas, From: in.Ingress,
		Monitors:   pulumi.String(monitoring.Namespace),
		Disposable: in.Disposable, Trust: in.Foundation.RootCertificate,
		Database: keycloak.Database{Host: d.Host, Port: d.Port, Name: d.Database, User: d.User, Password: d.Password, CA: d.CA},
		Ready:    append(slices.Clone(d.Ready), closed),
	}
	if in.Password != nil {
		args.Password = *in.Password
	}
	server, err := keycloak.New(ctx, "keycloak", args, child)
	if err != nil {
		return out, err
	}
	_, err = in.Monitoring.Scrape(ctx, "keycloak", monitoring.Target{
		Namespace: ns, Labels: keycloak.Labels(), Endpoints: []monitoring.Endpoint{{Port: keycloak.ManagementPortName}},
	}, child)
	if err != nil {
		return out, err
	}
	published, err := in.Web.Publish(ctx, host, network.Backend{Namespace: ns, Service: keycloak.Service, Port: keycloak.Port}, child)
	if err != nil {
		return out, err
	}
	out.Password = server.Password
	out.Ready = slices.Concat(server.Ready, published.Ready)
	if out.SSO, err = in.sso(ctx, out.URL, child); err != nil {
		return out, err
	}
	return out, ctx.RegisterResourceOutputs(l, pulumi.Map{"url": pulumi.String(out.URL)})
}

// sso makes the clients' secrets. They are born here and not in Keycloak, so that the systems
// need not wait for it.
func (in IdentityInputs) sso(ctx *pulumi.Context, url string, child pulumi.ResourceOption) (SSO, error) {
	s := SSO{Issuer: url + "/realms/" + in.Identity.Realm, CA: in.Foundation.RootCertificate, logins: map[string]Login{}}
	for _, client := range []string{Grafana, ArgoCD, Kibana} {
		secret, err := secrets.Password(ctx, "oidc-"+client, child)
		if err != nil {
			return s, err
		}
		s.logins[client] = Login{
			Issuer: s.Issuer, CA: s.CA, Title: in.Identity.Title, Client: client, Secret: secret, URL: "https://" + in.Web.Host(client),
			Scopes: []string{"openid", "profile", "email"}, Groups: in.Identity.Holders(client),
			GroupsClaim: identity.GroupsClaim, RolesClaim: identity.RolesClaim,
		}
	}
	return s, nil
}

// Realm declares what is in the server. It comes last of all: the program itself speaks to
// Keycloak then, by the name that the DNS server knows only once every host is published. Named
// are the records.
func Realm(ctx *pulumi.Context, in IdentityInputs, server IdentityOutputs, named []pulumi.Resource, opts ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	if in.Identity.ServerOnly {
		return nil, nil
	}
	reach := identity.Server{
		URL: pulumi.String(server.URL), CA: in.Foundation.RootCertificate, User: keycloak.User, Password: server.Password,
	}
	if e := in.Identity.Endpoint; e != nil {
		reach.URL, reach.CA = pulumi.String(e.URL), pulumi.String(e.CA)
	}
	args := identity.Args{
		Server: reach, Realm: in.Identity.Realm, Title: in.Identity.Title, OTP: in.Identity.SecondFactor,
		Mail:    &identity.Mail{Host: in.Mail.Host, Port: in.Mail.Port, From: in.Identity.MailFrom},
		Clients: in.clients(server.SSO.logins), Disposable: in.Disposable,
		Ready: slices.Concat(server.Ready, named),
	}
	for _, g := range in.Identity.Groups {
		args.Groups = append(args.Groups, identity.Group{Name: g.Name, Roles: g.Roles()})
	}
	realm, err := identity.New(ctx, "identity", args, append(slices.Clone(opts), pulumi.Parent(server.layer))...)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	return realm.Ready, nil
}
