// Package bridge describes how the Terraform provider for Vault appears in
// Pulumi: under the tokens of the vault SDK of the program.
package bridge

import (
	"github.com/hashicorp/terraform-provider-vault/vault"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

const (
	// Name is the Pulumi package name: first part of every token.
	Name = "vault"
	// Version is what the plugin reports; it must equal the version of the SDK
	// (github.com/pulumi/pulumi-vault/sdk/v6) whose tokens the program uses.
	Version = "6.7.4"
)

// resources maps the provider's resource types to tokens of the SDK. Every other
// one is left out of the plugin: the source of the provider is older than the
// SDK, and only these are known to take the same fields in both.
var resources = map[string]tokens.Type{
	"vault_audit":                          "vault:index/audit:Audit",
	"vault_auth_backend":                   "vault:index/authBackend:AuthBackend",
	"vault_generic_secret":                 "vault:generic/secret:Secret",
	"vault_kubernetes_auth_backend_config": "vault:kubernetes/authBackendConfig:AuthBackendConfig",
	"vault_kubernetes_auth_backend_role":   "vault:kubernetes/authBackendRole:AuthBackendRole",
	"vault_mount":                          "vault:index/mount:Mount",
	"vault_policy":                         "vault:index/policy:Policy",
}

// dataSources share their names with kept resources: the bridge ignores by name
// only, so they have to be mapped as well.
var dataSources = map[string]tokens.ModuleMember{
	"vault_auth_backend":                   "vault:index/getAuthBackend:getAuthBackend",
	"vault_generic_secret":                 "vault:generic/getSecret:getSecret",
	"vault_kubernetes_auth_backend_config": "vault:kubernetes/getAuthBackendConfig:getAuthBackendConfig",
	"vault_kubernetes_auth_backend_role":   "vault:kubernetes/getAuthBackendRole:getAuthBackendRole",
}

// Provider returns the bridged provider. metadata is the bridge-metadata.json
// of an earlier generation, or nil while generating.
func Provider(metadata []byte) info.Provider {
	p := shimv2.NewProvider(vault.Provider())
	prov := info.Provider{
		P:            p,
		Name:         Name,
		DisplayName:  "Vault",
		Description:  "Secret engines, policies and log-ins that the platform declares.",
		GitHubOrg:    "hashicorp",
		Version:      Version,
		Resources:    map[string]*info.Resource{},
		DataSources:  map[string]*info.DataSource{},
		MetadataInfo: info.NewProviderMetadata(metadata),
	}
	p.ResourcesMap().Range(func(tf string, _ shim.Resource) bool {
		if tok, ok := resources[tf]; ok {
			prov.Resources[tf] = &info.Resource{Tok: tok}
		} else {
			prov.IgnoreMappings = append(prov.IgnoreMappings, tf)
		}
		return true
	})
	p.DataSourcesMap().Range(func(tf string, _ shim.Resource) bool {
		if tok, ok := dataSources[tf]; ok {
			prov.DataSources[tf] = &info.DataSource{Tok: tok}
		} else {
			prov.IgnoreMappings = append(prov.IgnoreMappings, tf)
		}
		return true
	})
	prov.SetAutonaming(255, "-")
	return prov
}
