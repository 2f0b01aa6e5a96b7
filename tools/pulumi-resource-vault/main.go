// Command pulumi-resource-vault serves the Terraform provider for Vault as a
// Pulumi plugin.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

	"github.com/streamforge/infrastructure/tools/pulumi-resource-vault/bridge"
)

//go:embed generated/schema.json
var schema []byte // Pulumi package schema

//go:embed generated/bridge-metadata.json
var metadata []byte // fixups of the schema that were computed while generating

func main() {
	tfbridge.Main(bridge.Name, bridge.Version, bridge.Provider(metadata), schema)
}
