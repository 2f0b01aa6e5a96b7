// Package bridge describes how the Terraform provider for Keycloak appears in
// Pulumi: under the tokens of the keycloak SDK of the program.
package bridge

import (
	"unicode"

	"github.com/mrparkers/terraform-provider-keycloak/provider"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

const (
	// Name is the Pulumi package name: first part of every token.
	Name = "keycloak"
	// Version is what the plugin reports; it must equal the version of the SDK
	// (github.com/pulumi/pulumi-keycloak/sdk/v5) that the program is written with.
	Version = "5.2.1"
)

// Provider returns the bridged provider. metadata is the bridge-metadata.json
// of an earlier generation, or nil while generating.
func Provider(metadata []byte) info.Provider {
	p := shimv2.NewProvider(provider.KeycloakProvider(nil))
	prov := info.Provider{
		P:            p,
		Name:         Name,
		DisplayName:  "Keycloak",
		Description:  "Realms, clients and groups that the platform declares.",
		GitHubOrg:    "mrparkers",
		Version:      Version,
		Resources:    map[string]*info.Resource{},
		DataSources:  map[string]*info.DataSource{},
		MetadataInfo: info.NewProviderMetadata(metadata),
	}
	p.ResourcesMap().Range(func(tf string, _ shim.Resource) bool {
		if tok, ok := resources[tf]; ok {
			prov.Resources[tf] = &info.Resource{Tok: tokens.Type(token(tok))}
			return true
		}
		prov.IgnoreMappings = append(prov.IgnoreMappings, tf)
		return true
	})
	p.DataSourcesMap().Range(func(tf string, _ shim.Resource) bool {
		if tok, ok := resources[tf]; ok {
			prov.DataSources[tf] = &info.DataSource{Tok: tokens.ModuleMember(dataToken(tok))}
			return true
		}
		prov.IgnoreMappings = append(prov.IgnoreMappings, tf)
		return true
	})
	prov.SetAutonaming(255, "-")
	return prov
}

// member is a resource of the SDK: its module and its type.
type member struct{ module, name string }

// token builds "keycloak:openid/client:Client" from "openid" and "Client".
func token(m member) string { return Name + ":" + m.module + "/" + lower(m.name) + ":" + m.name }

// dataToken builds "keycloak:openid/getClient:getClient".
func dataToken(m member) string {
	return Name + ":" + m.module + "/get" + m.name + ":get" + m.name
}

func lower(s string) string {
	r := []rune(s)
	r[0] = unicode.ToLower(r[0])
	return string(r)
}
