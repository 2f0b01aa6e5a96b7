// Package technitium runs the site's DNS server and keeps its zones equal to what the platform
// publishes.
package technitium

import (
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/secrets"
)

// Args configure the server.
type Args struct {
	Namespace    pulumi.StringInput // must exist, at least baseline
	Address      netip.Addr         // of the DNS Service, in a MetalLB pool
	Host         string             // name the server calls itself by, e.g. in SOA records
	StorageClass string             // of its state; ReadWriteOnce is enough
	ConsoleFrom  string             // namespace whose pods may reach the console besides the zones' own Job

	Addresses []pulumi.Resource // the load balancer that gives Address
	Storage   []pulumi.Resource // what makes StorageClass work
}

// Technitium is the running server.
type Technitium struct {
	pulumi.ResourceState
	Password pulumi.StringOutput // of ConsoleUser, secret
	Ready    []pulumi.Resource   // the server answers
}

// What other resources refer to the server by.
const (
	ConsoleUser    = "admin"
	ConsoleService = "technitium-console"
	ConsolePort    = 5380
)

const (
	app           = "technitium"
	zonesApp      = "technitium-zones"
	adminSecret   = "technitium-admin"
	passwordKey   = "password"
	passwordMount = "/run/secrets/technitium"
)

// New declares the server: one pod, because two writers would corrupt its state.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Technitium, error) {
	t := &Technitium{}
	if err := ctx.RegisterComponentResource("streamforge:network:Technitium", name, t, opts...); err != nil {
		return nil, fmt.Errorf("technitium %s: %w", name, err)
	}
	if err := t.password(ctx, name, a); err != nil {
		return nil, err
	}
	workload, err := t.workload(ctx, name, a)
	if err != nil {
		return nil, err
	}
	services, err := t.services(ctx, name, a)
	if err != nil {
		return nil, err
	}
	if err := t.policy(ctx, name, a); err != nil {
		return nil, err
	}
	t.Ready = append(services, workload)
	return t, ctx.RegisterResourceOutputs(t, pulumi.Map{"password": t.Password})
}

// password makes the administrator's password. The server takes it over at its first start only:
// later it is changed in the console, and in the Secret by replacing the key behind it.
func (t *Technitium) password(ctx *pulumi.Context, name string, a Args) error {
	password, err := secrets.Password(ctx, name+"-admin-password", pulumi.Parent(t))
	if err != nil {
		return err
	}
	t.Password = password
	_, err = kube.Secret(ctx, name+"-admin", kube.SecretArgs{
		Name: adminSecret, Namespace: a.Namespace, Data: pulumi.StringMap{passwordKey: password},
	}, pulumi.Parent(t))
	return err
}

func labels(app string) pulumi.StringMap {
	return pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(app)}
}
