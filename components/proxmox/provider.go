package proxmox

import (
	"fmt"

	"github.com/muhlba91/pulumi-proxmoxve/sdk/v7/go/proxmoxve"
	"github.com/muhlba91/pulumi-proxmoxve/sdk/v7/go/proxmoxve/permission"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/pins"
)

// newProvider pins the plugin: its SDK names no version, and the newest one renames every resource.
func newProvider(ctx *pulumi.Context, name string, a Args, child pulumi.ResourceOption) (*proxmoxve.Provider, error) {
	p, err := proxmoxve.NewProvider(ctx, name, &proxmoxve.ProviderArgs{
		Endpoint: pulumi.String(a.Endpoint),
		ApiToken: pulumi.ToSecret(a.Token).(pulumi.StringOutput),
		Insecure: pulumi.Bool(a.Insecure),
	}, child, pulumi.Version(pins.ProxmoxPlugin), pulumi.PluginDownloadURL(pins.ProxmoxPluginServer))
	if err != nil {
		return nil, fmt.Errorf("proxmox provider for %s: %w", a.Endpoint, err)
	}
	return p, nil
}

// builder carries what every child needs.
type builder struct {
	ctx  *pulumi.Context
	name string
	args Args
	opts []pulumi.ResourceOption // parent and provider

	pool     *permission.Pool
	mappings map[string]pulumi.Resource // by mapping name
	images   map[string]pulumi.IDOutput // by host
}

// with gives opts together with the common ones, in a slice of its own.
func (b *builder) with(opts ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return append(opts, b.opts...)
}
