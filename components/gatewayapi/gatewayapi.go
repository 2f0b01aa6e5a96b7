// Package gatewayapi brings the definitions of the Gateway API and those of Traefik that routes
// refer to. They come before every controller that watches them.
package gatewayapi

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Args say where the manifests come from.
type Args struct {
	Charts kube.Charts
}

// GatewayAPI is the set of definitions.
type GatewayAPI struct {
	pulumi.ResourceState
	Gateway []pulumi.Resource // gateway.networking.k8s.io, experimental channel
	Traefik []pulumi.Resource // traefik.io
	Ready   []pulumi.Resource // both
}

// New registers the definitions.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*GatewayAPI, error) {
	g := &GatewayAPI{}
	err := ctx.RegisterComponentResource("streamforge:network:GatewayAPI", name, g, opts...)
	if err != nil {
		return nil, fmt.Errorf("gateway api %s: %w", name, err)
	}
	if g.Gateway, err = a.Charts.Manifest(ctx, name, pins.GatewayAPI, pulumi.Parent(g)); err != nil {
		return nil, err
	}
	if g.Traefik, err = a.Charts.Manifest(ctx, name+"-traefik", pins.TraefikCRDs, pulumi.Parent(g)); err != nil {
		return nil, err
	}
	g.Ready = append(append(g.Ready, g.Gateway...), g.Traefik...)
	return g, ctx.RegisterResourceOutputs(g, pulumi.Map{"bundle": pulumi.String(pins.GatewayAPI.Version)})
}
