// Package identity declares what is in Keycloak: one realm with its policies, groups, roles, and
// the clients that people log in to with it.
package identity

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-keycloak/sdk/v5/go/keycloak"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// Args configure the realm.
type Args struct {
	Server  Server
	Realm   string // part of every address of it
	Title   string // shown above the login form
	Mail    *Mail  // nil means that the realm sends none: nobody can reset a password
	Groups  []Group
	Clients []Client
	OTP     bool // everybody sets up a second factor at the first login

	Disposable bool // lets a run delete the realm with everybody in it; for sandboxes only
	Ready      []pulumi.Resource
}

// Server is how this run reaches Keycloak.
type Server struct {
	URL      pulumi.StringInput // https address without a path
	CA       pulumi.StringInput // PEM, verifies URL
	User     string             // of realm master, may administer every realm
	Password pulumi.StringInput // secret
}

// Mail is the SMTP server of the realm; it takes mail without a login.
type Mail struct {
	Host string
	Port int
	From string // sender of what Keycloak writes
}

// Group is a set of people. Who is in it is Keycloak's own data and no part of the program.
type Group struct {
	Name  string
	Roles map[string]string // client to the one role that members have there
}

// Client is a system that people log in to.
type Client struct {
	ID        string
	Title     string
	URL       string             // https address, without a final slash
	Redirects []string           // addresses that a login may lead back to
	LoggedOut []string           // addresses that a logout may lead to
	Secret    pulumi.StringInput // secret
	Roles     []string           // that a group can have
	// WithoutPKCE is for a system that does not know PKCE (RFC 7636). A stolen code is still of no use
	// without Secret.
	WithoutPKCE bool
	// TokenMinutes is for a system that does not renew its tokens: how long its logins live. 0 means the
	// realm's five minutes.
	TokenMinutes int
}

// Identity is the realm with its content.
type Identity struct {
	pulumi.ResourceState
	Ready []pulumi.Resource
}

// What tokens carry beside the standard claims.
const (
	GroupsClaim = "groups" // names of the person's groups
	RolesClaim  = "roles"  // of the person in the client that the token is for
	// GroupsScope is the scope that a client asks for to get both.
	GroupsScope = "groups"
)

// New declares the realm.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Identity, error) {
	i := &Identity{}
	if err := ctx.RegisterComponentResource("streamforge:security:Identity", name, i, opts...); err != nil {
		return nil, err
	}
	server, err := provider(ctx, name, a.Server, pulumi.Parent(i))
	if err != nil {
		return nil, err
	}
	d := &declaration{ctx: ctx, name: name, args: a, opts: []pulumi.ResourceOption{pulumi.Parent(i), pulumi.Provider(server)}}
	if err := d.realm(); err != nil {
		return nil, fmt.Errorf("realm %s: %w", a.Realm, err)
	}
	for _, c := range a.Clients {
		if err := d.client(c); err != nil {
			return nil, fmt.Errorf("realm %s: client %s: %w", a.Realm, c.ID, err)
		}
	}
	for _, g := range a.Groups {
		if err := d.group(g); err != nil {
			return nil, fmt.Errorf("realm %s: group %s: %w", a.Realm, g.Name, err)
		}
	}
	i.Ready = d.made
	return i, ctx.RegisterResourceOutputs(i, pulumi.Map{"realm": pulumi.String(a.Realm)})
}

// declaration is one realm while it is declared.
type declaration struct {
	ctx  *pulumi.Context
	name string
	args Args
	opts []pulumi.ResourceOption

	id     pulumi.StringOutput            // of the realm
	groups pulumi.Resource                // mapper of the scope GroupsScope, which is whole with it
	roles  map[string]pulumi.StringOutput // ids, by client/role
	made   []pulumi.Resource
}

func (d *declaration) add(r pulumi.Resource) { d.made = append(d.made, r) }

// provider logs in at the first request and not before: a preview makes none, and the server may
// come into being in the same run.
func provider(ctx *pulumi.Context, name string, s Server, opts ...pulumi.ResourceOption) (pulumi.ProviderResource, error) {
	p, err := keycloak.NewProvider(ctx, name, &keycloak.ProviderArgs{
		ClientId: pulumi.String("admin-cli"), Realm: pulumi.String("master"),
		Url: s.URL, RootCaCertificate: pulumi.StringOutput(pulumi.ToOutput(s.CA).(pulumi.StringOutput)).ToStringPtrOutput(),
		Username: pulumi.String(s.User), Password: pulumi.ToSecret(s.Password).(pulumi.StringOutput).ToStringPtrOutput(),
		InitialLogin: pulumi.Bool(false), ClientTimeout: pulumi.Int(60), // seconds
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("provider of %s: %w", name, err)
	}
	return p, nil
}

// group declares a group and what its members may do.
func (d *declaration) group(g Group) error {
	group, err := keycloak.NewGroup(d.ctx, d.name+"-"+g.Name, &keycloak.GroupArgs{
		RealmId: d.id, Name: pulumi.String(g.Name),
	}, d.opts...)
	if err != nil {
		return err
	}
	ids := pulumi.StringArray{}
	for _, client := range slices.Sorted(maps.Keys(g.Roles)) {
		id, known := d.roles[client+"/"+g.Roles[client]]
		if !known {
			return fmt.Errorf("client %s has no role %q", client, g.Roles[client])
		}
		ids = append(ids, id)
	}
	roles, err := keycloak.NewGroupRoles(d.ctx, d.name+"-"+g.Name, &keycloak.GroupRolesArgs{
		RealmId: d.id, GroupId: group.ID(), RoleIds: ids, Exhaustive: pulumi.Bool(true),
	}, d.opts...)
	if err != nil {
		return err
	}
	d.add(roles)
	return nil
}

// once orders what needs nothing else after the server.
func (d *declaration) once() []pulumi.ResourceOption {
	return append(slices.Clone(d.opts), kube.After(d.args.Ready...))
}
