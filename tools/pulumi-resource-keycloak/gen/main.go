// Command gen writes schema.json and bridge-metadata.json of the provider:
//
//	go run ./gen schema --out DIR --skip-docs --skip-examples
//
// The toolchain runs it before it builds the plugin, which embeds both files.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"

	"github.com/streamforge/infrastructure/tools/pulumi-resource-keycloak/bridge"
)

func main() {
	tfgen.Main(bridge.Name, bridge.Version, bridge.Provider(nil))
}
