// Package traefik installs the primary ingress controller: HTTP and TCP routes of the Gateway API
// on one address, its dashboard, and the way of ssh to a Git host outside the cluster.
package traefik

import (
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Args configure Traefik.
type Args struct {
	Charts       kube.Charts
	Namespace    pulumi.StringInput // must exist, at least baseline
	Address      netip.Addr         // of the Service, in a MetalLB pool
	Domain       string             // every host served here ends in it
	Class        string             // name of the GatewayClass and of the IngressClass, the default one
	StorageClass string             // of the ACME store; ReadWriteOnce is enough
	ACME         *ACME              // nil means no certificate resolver of its own
	SSH          *netip.AddrPort    // where port 22 of Address leads, outside the cluster; nil means nowhere
	Issuer       string             // ClusterIssuer of the wildcard certificate

	Definitions []pulumi.Resource // of the Gateway API and of Traefik
	Addresses   []pulumi.Resource // the load balancer that gives Address
	Storage     []pulumi.Resource // what makes StorageClass work
	IssuerReady []pulumi.Resource // Issuer signs
}

// ACME is a certificate resolver for Ingresses of hosts that a public authority can verify.
type ACME struct {
	Email  string
	Server string // https address of the directory
}

// Traefik is the installed controller.
type Traefik struct {
	pulumi.ResourceState
	DashboardPassword pulumi.StringOutput // of user DashboardUser, secret
	Class             []pulumi.Resource   // Gateways of the class are served once these exist
	Ready             []pulumi.Resource   // the main Gateway is programmed and its routes exist
}

// DashboardUser may look at the dashboard.
const DashboardUser = "admin"

// Names of the main Gateway and of its listeners, for routes that refer to them.
const (
	Gateway        = "main"
	ListenerHTTPS  = "websecure"
	ListenerSSH    = "ssh"
	ListenerKafka  = "kafka"
	KafkaSubdomain = "kafka" // brokers are told apart by names below it
)

// EntryPointHTTPS is the container port of the HTTPS entry point: a Gateway's listener names it,
// not the Service's 443.
const EntryPointHTTPS = 8443

const (
	entryPointSSH   = 2222 // below 1024 needs a capability that the image does not have
	entryPointKafka = 9094
)

// New installs the chart, then the main Gateway, then the routes that belong to Traefik itself.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Traefik, error) {
	t := &Traefik{}
	if err := ctx.RegisterComponentResource("streamforge:network:Traefik", name, t, opts...); err != nil {
		return nil, fmt.Errorf("traefik %s: %w", name, err)
	}
	release, err := a.Charts.Release(ctx, name, pins.Traefik, kube.ReleaseArgs{
		Namespace: a.Namespace,
		Values:    values(a),
		SkipCRDs:  true, // the chart has the standard channel only, and would fight over it
	}, pulumi.Parent(t), kube.After(a.Definitions...), kube.After(a.Addresses...), kube.After(a.Storage...))
	if err != nil {
		return nil, err
	}
	t.Class = []pulumi.Resource{release}
	gateway, err := t.gateway(ctx, name, a, release)
	if err != nil {
		return nil, err
	}
	t.Ready = []pulumi.Resource{gateway}
	if err := t.dashboard(ctx, name, a, gateway); err != nil {
		return nil, err
	}
	if a.SSH != nil {
		if err := t.ssh(ctx, name, a, gateway); err != nil {
			return nil, err
		}
	}
	return t, ctx.RegisterResourceOutputs(t, pulumi.Map{"dashboardPassword": t.DashboardPassword})
}
