// Command pulumi-resource-tls serves HashiCorp's Terraform provider for TLS
// keys and certificates as a Pulumi plugin.
package main

import (
	"context"
	_ "embed"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"

	"github.com/hashicorp/terraform-provider-tls/shim/bridge"
)

//go:embed generated/schema.json
var schema []byte // Pulumi package schema

//go:embed generated/bridge-metadata.json
var metadata []byte // fixups of the schema that were computed while generating

func main() {
	tfbridge.Main(context.Background(), bridge.Name, bridge.Provider(metadata),
		tfbridge.ProviderMetadata{PackageSchema: schema})
}
