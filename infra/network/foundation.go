// Package network is the layer through which the LAN reaches the platform: addresses, names,
// certificates and routes. It has three stages, because storage lies between the first two and
// everything that is published between the last two.
package network

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/certmanager"
	"github.com/streamforge/infrastructure/components/gatewayapi"
	"github.com/streamforge/infrastructure/components/metallb"
	"github.com/streamforge/infrastructure/components/pki"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// Names that users of the cluster rely on.
const (
	// Issuer is the ClusterIssuer that signs with the platform's root authority.
	Issuer = "homelab-ca-issuer"
	// RootSecret holds the root's certificate and key in cert-manager's namespace.
	RootSecret = "homelab-root-ca"
)

// FoundationInputs is what the first stage needs.
type FoundationInputs struct {
	Charts     kube.Charts
	Network    config.Network
	Monitoring *monitoring.Monitoring
	Disposable bool // lets a run delete namespaces and the root authority; for sandboxes only
}

// FoundationOutputs is what later stages and layers may use.
type FoundationOutputs struct {
	RootCertificate pulumi.StringOutput // PEM, public: what clients have to trust
	Definitions     []pulumi.Resource   // of the Gateway API and of Traefik's own kinds
	Addresses       []pulumi.Resource   // Services of type LoadBalancer get an address
	Certificates    []pulumi.Resource   // Issuer signs
	Ready           []pulumi.Resource   // all of it
}

type foundation struct{ pulumi.ResourceState }

// Foundation installs what everything with an address or a certificate needs, and that itself
// needs nothing but the cluster.
func Foundation(ctx *pulumi.Context, in FoundationInputs, opts ...pulumi.ResourceOption) (FoundationOutputs, error) {
	stage := &foundation{}
	if err := ctx.RegisterComponentResource("streamforge:network:Foundation", "network-foundation", stage, opts...); err != nil {
		return FoundationOutputs{}, err
	}
	child := pulumi.Parent(stage)
	lb, err := balancer(ctx, in, child) // first, because its chain is the longest
	if err != nil {
		return FoundationOutputs{}, err
	}
	definitions, err := gatewayapi.New(ctx, "gateway-api", gatewayapi.Args{Charts: in.Charts}, child)
	if err != nil {
		return FoundationOutputs{}, err
	}
	root, err := pki.New(ctx, "root-ca", pki.Args{
		CommonName: in.Network.CA.CommonName, ValidityYears: in.Network.CA.ValidityYears,
		Previous: in.Network.CA.Previous, Disposable: in.Disposable,
	}, child)
	if err != nil {
		return FoundationOutputs{}, err
	}
	certificates, err := issuer(ctx, in, definitions.Gateway, root, child)
	if err != nil {
		return FoundationOutputs{}, err
	}
	out := FoundationOutputs{
		RootCertificate: root.TrustPEM,
		Definitions:     definitions.Ready,
		Addresses:       lb.Ready,
		Certificates:    certificates.Ready,
		Ready:           slices.Concat(definitions.Ready, lb.Ready, certificates.Ready),
	}
	return out, ctx.RegisterResourceOutputs(stage, pulumi.Map{"rootCertificate": out.RootCertificate})
}

// monitors read metrics, on whichever port.
var monitors = kube.Rule{Peers: kube.In(monitoring.Namespace)}

func balancer(ctx *pulumi.Context, in FoundationInputs, child pulumi.ResourceOption) (*metallb.MetalLB, error) {
	// Speakers use the host's network and raw sockets.
	ns, err := kube.Namespace(ctx, "metallb-system", kube.Privileged, child, pulumi.Protect(!in.Disposable))
	if err != nil {
		return nil, err
	}
	if err := scrape(ctx, in.Monitoring, "metallb", ns, balancerPods, child); err != nil {
		return nil, err
	}
	// The API server calls the webhook.
	if _, err := kube.DefaultDeny(ctx, "metallb-system", ns, []kube.Rule{{TCP: []int{9443}}, monitors}, child); err != nil {
		return nil, err
	}
	return metallb.New(ctx, "metallb", metallb.Args{
		Charts:     in.Charts,
		Namespace:  ns,
		Pools:      pools(in.Network),
		Interfaces: in.Network.Interfaces,
	}, child)
}

func issuer(ctx *pulumi.Context, in FoundationInputs, gatewayAPI []pulumi.Resource, root *pki.PKI,
	child pulumi.ResourceOption) (*certmanager.CertManager, error) {
	ns, err := kube.Namespace(ctx, "cert-manager", kube.Restricted, child, pulumi.Protect(!in.Disposable))
	if err != nil {
		return nil, fmt.Errorf("certificates: %w", err)
	}
	if err := scrape(ctx, in.Monitoring, "cert-manager", ns, issuerPods, child); err != nil {
		return nil, err
	}
	// The API server calls the webhook.
	if _, err := kube.DefaultDeny(ctx, "cert-manager", ns, []kube.Rule{{TCP: []int{10250}}, monitors}, child); err != nil {
		return nil, err
	}
	return certmanager.New(ctx, "cert-manager", certmanager.Args{
		Charts:     in.Charts,
		Namespace:  ns,
		GatewayAPI: gatewayAPI,
		Issuer:     Issuer,
		RootSecret: RootSecret,
		RootCert:   root.CertificatePEM,
		RootKey:    root.KeyPEM,
	}, child)
}
