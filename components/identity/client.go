package identity

import (
	"slices"
	"strconv"

	"github.com/pulumi/pulumi-keycloak/sdk/v5/go/keycloak"
	"github.com/pulumi/pulumi-keycloak/sdk/v5/go/keycloak/openid"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// standardScopes are those of Keycloak that clients get. Naming the default scopes of a client
// takes away all that are not named, and without `basic` tokens do not even carry `sub`.
var standardScopes = []string{"basic", "profile", "email", "acr", "web-origins"}

// client declares a client, its roles, and what its tokens carry.
func (d *declaration) client(c Client) error {
	name := d.name + "-" + c.ID
	client, err := openid.NewClient(d.ctx, name, &openid.ClientArgs{
		RealmId: d.id, ClientId: pulumi.String(c.ID), Name: pulumi.String(c.Title), Enabled: pulumi.Bool(true),
		AccessType: pulumi.String("CONFIDENTIAL"), ClientSecret: pulumi.ToSecret(c.Secret).(pulumi.StringOutput).ToStringPtrOutput(),
		StandardFlowEnabled: pulumi.Bool(true), ImplicitFlowEnabled: pulumi.Bool(false),
		DirectAccessGrantsEnabled: pulumi.Bool(false), ServiceAccountsEnabled: pulumi.Bool(false),
		PkceCodeChallengeMethod: pulumi.String(c.pkce()), AccessTokenLifespan: c.lifespan(),
		RootUrl: pulumi.String(c.URL), BaseUrl: pulumi.String(c.URL), AdminUrl: pulumi.String(""),
		ValidRedirectUris:           pulumi.ToStringArray(c.Redirects),
		ValidPostLogoutRedirectUris: pulumi.ToStringArray(c.LoggedOut),
		WebOrigins:                  pulumi.ToStringArray([]string{c.URL}),
		FullScopeAllowed:            pulumi.Bool(false), // its tokens carry the roles of no other client
		FrontchannelLogoutEnabled:   pulumi.Bool(false), BackchannelLogoutSessionRequired: pulumi.Bool(true),
	}, d.opts...)
	if err != nil {
		return err
	}
	for _, role := range c.Roles {
		r, err := keycloak.NewRole(d.ctx, name+"-"+role, &keycloak.RoleArgs{
			RealmId: d.id, ClientId: client.ID().ToStringOutput().ToStringPtrOutput(), Name: pulumi.String(role),
		}, d.opts...)
		if err != nil {
			return err
		}
		d.roles[c.ID+"/"+role] = r.ID().ToStringOutput()
	}
	scopes, err := openid.NewClientDefaultScopes(d.ctx, name, &openid.ClientDefaultScopesArgs{
		RealmId: d.id, ClientId: client.ID().ToStringOutput(),
		DefaultScopes: pulumi.ToStringArray(append(slices.Clone(standardScopes), GroupsScope)),
	}, append(slices.Clone(d.opts), kube.After(d.groups))...) // the scope is named, not referred to
	if err != nil {
		return err
	}
	d.add(scopes)
	return d.mappers(name, c, client)
}

// pkce is the method that the realm demands of every login; none means that it takes logins without.
func (c Client) pkce() string {
	if c.WithoutPKCE {
		return ""
	}
	return "S256"
}

// lifespan is in seconds; nil leaves it to the realm. That of ID tokens is the same.
func (c Client) lifespan() pulumi.StringPtrInput {
	if c.TokenMinutes == 0 {
		return nil
	}
	return pulumi.String(strconv.Itoa(c.TokenMinutes * 60))
}

// mappers put the client's own roles and its name as the audience into its tokens.
func (d *declaration) mappers(name string, c Client, client *openid.Client) error {
	id := client.ID().ToStringOutput().ToStringPtrOutput()
	roles, err := openid.NewUserClientRoleProtocolMapper(d.ctx, name+"-roles", &openid.UserClientRoleProtocolMapperArgs{
		RealmId: d.id, ClientId: id, Name: pulumi.String("roles"), ClaimName: pulumi.String(RolesClaim),
		ClientIdForRoleMappings: pulumi.String(c.ID), Multivalued: pulumi.Bool(true), ClaimValueType: pulumi.String("String"),
		AddToIdToken: pulumi.Bool(true), AddToAccessToken: pulumi.Bool(true), AddToUserinfo: pulumi.Bool(true),
	}, d.opts...)
	if err != nil {
		return err
	}
	audience, err := openid.NewAudienceProtocolMapper(d.ctx, name+"-audience", &openid.AudienceProtocolMapperArgs{
		RealmId: d.id, ClientId: id, Name: pulumi.String("audience"), IncludedClientAudience: pulumi.String(c.ID),
		AddToIdToken: pulumi.Bool(false), AddToAccessToken: pulumi.Bool(true),
	}, append(slices.Clone(d.opts), pulumi.DependsOn([]pulumi.Resource{client}))...)
	if err != nil {
		return err
	}
	d.add(roles)
	d.add(audience)
	return nil
}
