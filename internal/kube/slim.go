package kube

// slim removes the descriptions of a definition's schemas.
func slim(definition map[string]any) {
	spec, _ := definition["spec"].(map[string]any)
	versions, _ := spec["versions"].([]any)
	for _, v := range versions {
		version, _ := v.(map[string]any)
		schema, _ := version["schema"].(map[string]any)
		describe(schema["openAPIV3Schema"])
	}
}

// describe removes the descriptions of one schema and of those within. A property may well be
// called description, and defaults and examples are data: only members that are schemas are entered.
func describe(schema any) {
	node, ok := schema.(map[string]any)
	if !ok { // such as additionalProperties: true
		return
	}
	delete(node, "description")
	properties, _ := node["properties"].(map[string]any)
	for _, p := range properties {
		describe(p)
	}
	for _, one := range []string{"items", "additionalProperties", "not"} {
		describe(node[one])
	}
	for _, many := range []string{"allOf", "anyOf", "oneOf"} {
		list, _ := node[many].([]any)
		for _, s := range list {
			describe(s)
		}
	}
}
