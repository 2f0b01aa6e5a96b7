package network

import (
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/ingressnginx"
	"github.com/streamforge/infrastructure/components/technitium"
	"github.com/streamforge/infrastructure/components/traefik"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/infra/storage"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// EdgeInputs is what the second stage needs.
type EdgeInputs struct {
	Charts     kube.Charts
	Domain     string // site.domain
	Network    config.Network
	Foundation FoundationOutputs
	Classes    storage.Classes
	Monitoring *monitoring.Monitoring
	Disposable bool // lets a run delete namespaces; for sandboxes only
}

// EdgeOutputs is what later stages and layers may use.
type EdgeOutputs struct {
	Web   *Web
	Kafka TLSListener
	DNS   NameServer

	DashboardPassword pulumi.StringOutput // of user admin at traefik.<domain>, secret
	Ready             []pulumi.Resource
}

// TLSListener is where TLSRoutes attach: TLS goes through to the backend that its server name asks
// for.
type TLSListener struct {
	Gateway   string
	Namespace pulumi.StringInput // of Gateway
	Section   string
	Domain    string // server names are one label below it
	Ready     []pulumi.Resource
}

// NameServer is the running DNS server, still without zones.
type NameServer struct {
	Namespace pulumi.StringInput
	Password  pulumi.StringOutput // of user admin at dns.<domain>, secret
	Ready     []pulumi.Resource
}

type edge struct{ pulumi.ResourceState }

// class is the name of the GatewayClass and default IngressClass; fallbackClass is never a default.
const (
	class         = "traefik"
	fallbackClass = "nginx"
)

// Edge installs the two ingress controllers and the DNS server, and publishes the latter's console.
func Edge(ctx *pulumi.Context, in EdgeInputs, opts ...pulumi.ResourceOption) (EdgeOutputs, error) {
	stage := &edge{}
	if err := ctx.RegisterComponentResource("streamforge:network:Edge", "network-edge", stage, opts...); err != nil {
		return EdgeOutputs{}, err
	}
	child := pulumi.Parent(stage)
	out, err := primary(ctx, in, child)
	if err != nil {
		return EdgeOutputs{}, err
	}
	fallback, err := secondary(ctx, in, child)
	if err != nil {
		return EdgeOutputs{}, err
	}
	if out.DNS, err = nameserver(ctx, in, child); err != nil {
		return EdgeOutputs{}, err
	}
	console, err := out.Web.Publish(ctx, out.Web.Host("dns"), Backend{
		Namespace: out.DNS.Namespace, Service: technitium.ConsoleService, Port: technitium.ConsolePort,
	}, child)
	if err != nil {
		return EdgeOutputs{}, err
	}
	for _, rs := range [][]pulumi.Resource{fallback.Ready, out.DNS.Ready, console.Ready} {
		out.Ready = append(out.Ready, rs...)
	}
	return out, ctx.RegisterResourceOutputs(stage, pulumi.Map{"domain": pulumi.String(in.Domain)})
}

// namespace makes one of the stage's namespaces, all of them baseline.
func (in EdgeInputs) namespace(ctx *pulumi.Context, name string, child pulumi.ResourceOption) (pulumi.StringInput, error) {
	ns, err := kube.Namespace(ctx, name, kube.Baseline, child, pulumi.Protect(!in.Disposable))
	if err != nil {
		return nil, err
	}
	return ns, nil
}

// WebNamespace is where requests for published hosts come from, for network policies.
const WebNamespace = traefikNamespace

const traefikNamespace = "traefik"

func primary(ctx *pulumi.Context, in EdgeInputs, child pulumi.ResourceOption) (EdgeOutputs, error) {
	ns, err := in.namespace(ctx, traefikNamespace, child)
	if err != nil {
		return EdgeOutputs{}, err
	}
	if err := scrape(ctx, in.Monitoring, "traefik", ns, traefikPods, child); err != nil {
		return EdgeOutputs{}, err
	}
	a := traefik.Args{
		Charts: in.Charts, Namespace: ns, Address: in.Network.IngressIP, Domain: in.Domain, Class: class,
		StorageClass: in.Classes.Shared.Name, Issuer: Issuer,
		Definitions: in.Foundation.Definitions, Addresses: in.Foundation.Addresses,
		Storage: in.Classes.Shared.Ready, IssuerReady: in.Foundation.Certificates,
	}
	if c := in.Network.ACME; c != nil {
		a.ACME = &traefik.ACME{Email: c.Email, Server: c.Server}
	}
	if c := in.Network.SSH; c != nil {
		target := netip.AddrPortFrom(c.Address, uint16(c.Port))
		a.SSH = &target
	}
	t, err := traefik.New(ctx, "traefik", a, child)
	if err != nil {
		return EdgeOutputs{}, err
	}
	web := &Web{Domain: in.Domain, Class: class, Issuer: Issuer, served: t.Class, signed: in.Foundation.Certificates}
	if err := web.add(traefik.DashboardHost(in.Domain)); err != nil {
		return EdgeOutputs{}, err
	}
	return EdgeOutputs{
		Web: web,
		Kafka: TLSListener{
			Gateway: traefik.Gateway, Namespace: ns, Section: traefik.ListenerKafka,
			Domain: web.Host(traefik.KafkaSubdomain), Ready: t.Ready,
		},
		DashboardPassword: t.DashboardPassword,
		Ready:             t.Ready,
	}, nil
}

func secondary(ctx *pulumi.Context, in EdgeInputs, child pulumi.ResourceOption) (*ingressnginx.IngressNginx, error) {
	ns, err := in.namespace(ctx, "ingress-nginx", child)
	if err != nil {
		return nil, err
	}
	if err := scrape(ctx, in.Monitoring, "ingress-nginx", ns, nginxPods, child); err != nil {
		return nil, err
	}
	return ingressnginx.New(ctx, "ingress-nginx", ingressnginx.Args{
		Charts: in.Charts, Namespace: ns, Address: in.Network.FallbackIP, Class: fallbackClass,
		Certificates: in.Foundation.Certificates, Addresses: in.Foundation.Addresses,
	}, child)
}

func nameserver(ctx *pulumi.Context, in EdgeInputs, child pulumi.ResourceOption) (NameServer, error) {
	ns, err := in.namespace(ctx, "technitium", child)
	if err != nil {
		return NameServer{}, fmt.Errorf("name server: %w", err)
	}
	if _, err := kube.DefaultDeny(ctx, "technitium", ns, nil, child); err != nil { // every pod has a policy of its own
		return NameServer{}, err
	}
	t, err := technitium.New(ctx, "technitium", technitium.Args{
		Namespace: ns, Address: in.Network.DNSIP, Host: nameServer + "." + in.Domain,
		StorageClass: in.Classes.Shared.Name, ConsoleFrom: traefikNamespace,
		Addresses: in.Foundation.Addresses, Storage: in.Classes.Shared.Ready,
	}, child)
	if err != nil {
		return NameServer{}, err
	}
	return NameServer{Namespace: ns, Password: t.Password, Ready: t.Ready}, nil
}
