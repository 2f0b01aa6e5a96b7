package upstream_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// copied are maps of a chart's values that its templates copy as they are into an object: what they
// may hold is what the definition of that kind has, not only what the values give as an example.
var copied = map[string]struct {
	definition string            // file below crds
	below      []string          // where in the object
	fields     map[string]string // from the values' key to the object's; empty means below itself
}{
	"postgres-operator-1.14.0": {
		definition: "zalando-postgres-operator/operatorconfigurations.yaml",
		below:      []string{"configuration"},
		fields: map[string]string{
			"configKubernetes": "kubernetes", "configAwsOrGcp": "aws_or_gcp", "configLogicalBackup": "logical_backup",
			"configTeamsApi": "teams_api", "configPostgresPodResources": "postgres_pod_resources", "configGeneral": "",
		},
	},
}

// copiedSchema is the schema of the values that a chart copies; nil for a chart that copies none.
func copiedSchema(dir, name string) (*jsonschema.Schema, error) {
	c, ok := copied[name]
	if !ok {
		return nil, nil
	}
	path := filepath.Join(dir, "crds", c.definition)
	if _, err := os.Stat(path); err != nil {
		return nil, nil // a folder of a test: its charts copy nothing
	}
	var definition struct {
		Spec struct {
			Versions []struct {
				Schema struct {
					OpenAPIV3Schema map[string]any `json:"openAPIV3Schema"`
				} `json:"schema"`
			} `json:"versions"`
		} `json:"spec"`
	}
	if err := decodeFile(path, &definition); err != nil {
		return nil, err
	}
	if len(definition.Spec.Versions) != 1 {
		return nil, fmt.Errorf("%s: %d versions", path, len(definition.Spec.Versions))
	}
	object := definition.Spec.Versions[0].Schema.OpenAPIV3Schema
	for _, field := range c.below {
		object = property(object, field)
	}
	properties := map[string]any{}
	for values, field := range c.fields {
		target := object
		if field != "" {
			target = property(object, field)
		}
		if target == nil {
			return nil, fmt.Errorf("%s: has no %s", path, field)
		}
		properties[values] = target
	}
	raw, err := json.Marshal(map[string]any{"type": "object", "properties": properties})
	if err != nil {
		return nil, err
	}
	return compile(name+"-copied", raw)
}

func property(object map[string]any, name string) map[string]any {
	all, _ := object["properties"].(map[string]any)
	found, _ := all[name].(map[string]any)
	return found
}

func compile(name string, raw []byte) (*jsonschema.Schema, error) {
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%s: schema: %w", name, err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("file:///"+name, schema); err != nil {
		return nil, fmt.Errorf("%s: schema: %w", name, err)
	}
	compiled, err := compiler.Compile("file:///" + name)
	if err != nil {
		return nil, fmt.Errorf("%s: schema: %w", name, err)
	}
	return compiled, nil
}

// TestCopiedMapsAreChecked: a key of the object passes, a misspelt one and a wrong type do not.
func TestCopiedMapsAreChecked(t *testing.T) {
	c, err := loadChart(folder(t), "postgres-operator-1.14.0")
	require.NoError(t, err)
	check := func(key string, value any) []finding {
		return c.check("r", map[string]any{"configKubernetes": map[string]any{key: value}}, nil)
	}
	require.Empty(t, check("infrastructure_roles_secret_name", "postgres/readers"))
	require.NotEmpty(t, check("infrastructure_role_secret_name", "postgres/readers"))
	require.NotEmpty(t, check("infrastructure_roles_secret_name", 1))
}
