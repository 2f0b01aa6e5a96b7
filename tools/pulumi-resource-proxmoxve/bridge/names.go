package bridge

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
)

// spellOut states the Pulumi name of every attribute of a resource, which is the one that the bridge would
// form itself. It forms them anew, plurals included, each time that it compares a resource, for two fifths
// of the plugin's processor time in an unchanged preview.
func spellOut(attributes shim.SchemaMap, stated map[string]*info.Schema) map[string]*info.Schema {
	spelt := map[string]*info.Schema{}
	attributes.Range(func(key string, attribute shim.Schema) bool {
		var s info.Schema
		if known := stated[key]; known != nil {
			s = *known
		}
		if s.Name == "" && key != "id" { // which the bridge wants to map by itself
			s.Name = tfbridge.TerraformToPulumiNameV2(key, attributes, stated)
		}
		block, nested := attribute.Elem().(shim.Resource)
		if listed := attribute.Type() == shim.TypeList || attribute.Type() == shim.TypeSet; listed && nested && s.Elem == nil {
			s.Elem = &info.Schema{Fields: spellOut(block.Schema(), nil)}
		}
		spelt[key] = &s
		return true
	})
	return spelt
}
