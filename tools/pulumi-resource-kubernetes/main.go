// Command pulumi-resource-kubernetes serves the Pulumi Kubernetes provider as a
// plugin. The provider's own main package embeds files that are not part of its
// Go module; this one embeds what the generate step of the toolchain derives
// from the files that are.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

// version is what the plugin reports; it must equal the version of the SDK
// (github.com/pulumi/pulumi-kubernetes/sdk/v4) that the program is written with.
const version = "4.25.0"

//go:embed generated/schema.json
var schema []byte // Pulumi package schema, minified, with "version" set

//go:embed generated/terraform-mapping.json
var terraformMapping []byte // names of the same resources in Terraform, minified

func main() {
	provider.Serve("kubernetes", version, schema, terraformMapping)
}
