// Command pulumi-resource-proxmoxve serves bpg's Terraform provider for Proxmox
// VE as a Pulumi plugin.
package main

import (
	"context"
	_ "embed"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"

	"github.com/streamforge/infrastructure/tools/pulumi-resource-proxmoxve/bridge"
)

//go:embed generated/schema.json
var schema []byte // Pulumi package schema

//go:embed generated/bridge-metadata.json
var metadata []byte // dispatch table of the two servers behind the plugin

func main() {
	tfbridge.MainWithMuxer(context.Background(), bridge.Name, bridge.Provider(metadata), schema)
}
