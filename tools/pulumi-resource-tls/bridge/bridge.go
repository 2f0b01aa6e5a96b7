// Package bridge describes how the Terraform provider hashicorp/tls appears in
// Pulumi: under the tokens of the tls SDK of the program.
package bridge

import (
	"unicode"

	"github.com/hashicorp/terraform-provider-tls/internal/provider"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
)

const (
	// Name is the Pulumi package name: first part of every token.
	Name = "tls"
	// Version is what the plugin reports; it must equal the version of the SDK
	// (github.com/pulumi/pulumi-tls/sdk/v5) that the program is written with.
	Version = "5.3.0"
)

// Provider returns the bridged provider. metadata is the bridge-metadata.json
// of an earlier generation, or nil while generating.
func Provider(metadata []byte) info.Provider {
	prov := info.Provider{
		P:            tfbridge.ShimProvider(provider.New()),
		Name:         Name,
		DisplayName:  "TLS",
		Description:  "Private keys and certificates.",
		GitHubOrg:    "hashicorp",
		Version:      Version,
		MetadataInfo: info.NewProviderMetadata(metadata),
	}
	prov.MustComputeTokens(tokens.SingleModule("tls_", "index", makeToken))
	prov.SetAutonaming(255, "-")
	return prov
}

// makeToken builds "tls:index/privateKey:PrivateKey" from "index" and "PrivateKey".
func makeToken(module, name string) (string, error) {
	r := []rune(name)
	r[0] = unicode.ToLower(r[0])
	return Name + ":" + module + "/" + string(r) + ":" + name, nil
}
