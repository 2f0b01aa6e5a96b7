package network

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/traefik"
	"github.com/streamforge/infrastructure/internal/kube"
)

// Web is how a layer makes a Service reachable by name over HTTPS. There is one in a program.
type Web struct {
	Domain string // every published host ends in it
	Class  string // GatewayClass that serves them
	Issuer string // ClusterIssuer of their certificates

	served []pulumi.Resource // Gateways of Class are served
	signed []pulumi.Resource // Issuer signs
	hosts  []string          // published so far
}

// Backend is the Service behind a host.
type Backend struct {
	Namespace pulumi.StringInput // where the Service is, and where the route and the certificate will be
	Service   string             // may be made later
	Port      int                // of the Service, plain HTTP
	Login     bool               // Traefik asks for a password, because the Service asks nobody
}

// Published is a host that is reachable.
type Published struct {
	pulumi.ResourceState
	URL   string            // https address, without a final slash
	Ready []pulumi.Resource // the route exists and its Gateway is programmed

	Password pulumi.StringOutput // of user LoginUser where the Backend has Login, secret
}

var (
	gatewayKind   = kube.Kind{APIVersion: "gateway.networking.k8s.io/v1", Kind: "Gateway"}
	httpRouteKind = kube.Kind{APIVersion: "gateway.networking.k8s.io/v1", Kind: "HTTPRoute"}
)

// Host gives the full name of a host of the domain.
func (w *Web) Host(name string) string { return name + "." + w.Domain }

// Hosts lists what was published so far, sorted.
func (w *Web) Hosts() []string {
	sorted := slices.Clone(w.hosts)
	slices.Sort(sorted)
	return sorted
}

// add records a host for the DNS server.
func (w *Web) add(host string) error {
	label, below := strings.CutSuffix(host, "."+w.Domain)
	if !below || label == "" {
		return fmt.Errorf("publish %s: not below the domain %s", host, w.Domain)
	}
	if slices.Contains(w.hosts, host) {
		return fmt.Errorf("publish %s: published twice, a host leads to one Service", host)
	}
	w.hosts = append(w.hosts, host)
	return nil
}

// Publish makes host lead to b: a certificate, a Gateway with one listener for that host, a route,
// all in the Service's own namespace so that no reference crosses one, and a DNS record. Pass the
// layer as parent.
func (w *Web) Publish(ctx *pulumi.Context, host string, b Backend, opts ...pulumi.ResourceOption) (*Published, error) {
	if err := w.add(host); err != nil {
		return nil, err
	}
	p := &Published{URL: "https://" + host}
	if err := ctx.RegisterComponentResource("streamforge:network:Published", host, p, opts...); err != nil {
		return nil, fmt.Errorf("publish %s: %w", host, err)
	}
	object := strings.ReplaceAll(strings.TrimSuffix(host, "."+w.Domain), ".", "-")
	child := pulumi.Parent(p)
	certificate, err := kube.Certificate(ctx, host+"-certificate", kube.CertificateArgs{
		Name: object, Secret: object + "-tls", Namespace: b.Namespace, Hosts: []string{host}, Issuer: w.Issuer,
	}, child, kube.After(w.signed...))
	if err != nil {
		return nil, fmt.Errorf("publish %s: %w", host, err)
	}
	gateway, err := kube.Apply(ctx, host+"-gateway", kube.Object{
		Kind: gatewayKind, Name: object, Namespace: b.Namespace, WaitFor: "Programmed",
		Spec: gatewaySpec(host, object, w.Class),
	}, child, kube.After(certificate), kube.After(w.served...))
	if err != nil {
		return nil, fmt.Errorf("publish %s: %w", host, err)
	}
	before := []pulumi.Resource{gateway}
	if b.Login {
		lock, err := p.lock(ctx, host, object, b.Namespace, kube.After(w.served...))
		if err != nil {
			return nil, fmt.Errorf("publish %s: %w", host, err)
		}
		before = append(before, lock) // never a moment without
	}
	route, err := kube.Apply(ctx, host+"-route", kube.Object{
		Kind: httpRouteKind, Name: object, Namespace: b.Namespace, Spec: routeSpec(host, object, b),
	}, child, kube.After(before...))
	if err != nil {
		return nil, fmt.Errorf("publish %s: %w", host, err)
	}
	p.Ready = []pulumi.Resource{route}
	return p, ctx.RegisterResourceOutputs(p, pulumi.Map{"url": pulumi.String(p.URL)})
}

const listener = "https"

func gatewaySpec(host, object, class string) pulumi.Map {
	return pulumi.Map{
		"gatewayClassName": pulumi.String(class),
		"listeners": pulumi.Array{pulumi.Map{
			"name": pulumi.String(listener), "port": pulumi.Int(traefik.EntryPointHTTPS), "protocol": pulumi.String("HTTPS"),
			"hostname": pulumi.String(host),
			"tls": pulumi.Map{
				"mode": pulumi.String("Terminate"),
				"certificateRefs": pulumi.Array{pulumi.Map{
					"group": pulumi.String(""), "kind": pulumi.String("Secret"), "name": pulumi.String(object + "-tls"),
				}},
			},
			"allowedRoutes": pulumi.Map{"namespaces": pulumi.Map{"from": pulumi.String("Same")}},
		}},
	}
}

func routeSpec(host, object string, b Backend) pulumi.Map {
	rule := pulumi.Map{
		"backendRefs": pulumi.Array{pulumi.Map{"name": pulumi.String(b.Service), "port": pulumi.Int(b.Port)}},
	}
	if b.Login {
		rule["filters"] = pulumi.Array{locked(object)}
	}
	return pulumi.Map{
		"parentRefs": pulumi.Array{pulumi.Map{
			"group": pulumi.String("gateway.networking.k8s.io"), "kind": pulumi.String("Gateway"),
			"name": pulumi.String(object), "sectionName": pulumi.String(listener),
		}},
		"hostnames": pulumi.ToStringArray([]string{host}),
		"rules":     pulumi.Array{rule},
	}
}
