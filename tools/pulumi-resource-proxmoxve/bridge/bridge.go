// Package bridge describes how the Terraform provider bpg/proxmox appears in
// Pulumi: under the tokens and names of the proxmoxve SDK of the program.
package bridge

import (
	"context"

	"github.com/bpg/terraform-provider-proxmox/fwprovider"
	"github.com/bpg/terraform-provider-proxmox/proxmoxtf/provider"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

const (
	// Name is the Pulumi package name: first part of every token.
	Name = "proxmoxve"
	// Version is what the plugin reports; it must equal the version of the SDK
	// (github.com/muhlba91/pulumi-proxmoxve/sdk/v7) that the program is written with.
	Version = "7.13.0"
)

// Provider returns the bridged provider. metadata is the bridge-metadata.json
// of an earlier generation, or nil while generating. It holds the table that
// says which of bpg's two servers (SDKv2, plugin framework) owns a resource.
func Provider(metadata []byte) info.Provider {
	upstream := provider.ProxmoxVirtualEnvironment()
	readEveryDisk(upstream.ResourcesMap[machines])
	p := tfbridge.MuxShimWithPF(context.Background(), shimv2.NewProvider(upstream), fwprovider.New(Version)())
	prov := info.Provider{
		P:                 p,
		Name:              "proxmox",
		ResourcePrefix:    "proxmox_virtual_environment",
		DisplayName:       "Proxmox VE",
		Description:       "Proxmox VE resources that the platform declares.",
		GitHubOrg:         "bpg",
		PluginDownloadURL: "github://api.github.com/muhlba91/pulumi-proxmoxve",
		Version:           Version,
		Resources:         map[string]*info.Resource{},
		DataSources:       map[string]*info.DataSource{},
		MetadataInfo:      info.NewProviderMetadata(metadata),
	}
	p.ResourcesMap().Range(func(tf string, _ shim.Resource) bool {
		if tok, ok := resources[tf]; ok {
			prov.Resources[tf] = &info.Resource{Tok: tokens.Type(Name + ":" + tok)}
			return true
		}
		prov.IgnoreMappings = append(prov.IgnoreMappings, tf)
		return true
	})
	p.DataSourcesMap().Range(func(tf string, _ shim.Resource) bool {
		if tok, ok := dataSources[tf]; ok {
			prov.DataSources[tf] = &info.DataSource{Tok: tokens.ModuleMember(Name + ":" + tok)}
			return true
		}
		prov.IgnoreMappings = append(prov.IgnoreMappings, tf)
		return true
	})
	prov.SetAutonaming(255, "-")
	for tf, r := range prov.Resources {
		r.Fields = spellOut(p.ResourcesMap().Get(tf).Schema(), r.Fields)
	}
	return prov
}
