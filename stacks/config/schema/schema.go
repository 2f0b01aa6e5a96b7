// Package schema derives the JSON Schema of a stack file from the configuration's Go types, so
// that editors complete and check Pulumi.<stack>.yaml. The doc comments become the descriptions.
package schema

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/streamforge/infrastructure/stacks/config"
)

// Generate gives the schema, indented. root is the folder of the repository: the descriptions are
// read from the sources.
func Generate(root string) ([]byte, error) {
	reflector := &jsonschema.Reflector{ExpandedStruct: true, DoNotReference: false, Mapper: text}
	if err := comments(reflector, root); err != nil {
		return nil, err
	}
	schema := reflector.Reflect(&config.Config{})
	sections := jsonschema.NewProperties()
	for section := schema.Properties.Oldest(); section != nil; section = section.Next() {
		sections.Set("streamforge:"+section.Key, section.Value)
	}
	stack := &jsonschema.Schema{
		Version:     schema.Version,
		Title:       "Stack configuration of StreamForge infrastructure",
		Type:        "object",
		Definitions: schema.Definitions,
		Properties:  jsonschema.NewProperties(),
	}
	// Provider settings and secrets are keys beside the sections.
	stack.Properties.Set("config", &jsonschema.Schema{Type: "object", Properties: sections})
	out, err := json.MarshalIndent(stack, "", "  ")
	return append(out, '\n'), err
}

// comments reads the descriptions. The library takes the folder as part of the import path, which
// only fits when the working directory is the module's root.
func comments(reflector *jsonschema.Reflector, root string) error {
	const module = "github.com/streamforge/infrastructure/"
	if err := reflector.AddGoComments(module, filepath.Join(root, "stacks", "config")); err != nil {
		return fmt.Errorf("doc comments of stacks/config: %w", err)
	}
	for key, comment := range reflector.CommentMap {
		if _, name, ok := strings.Cut(key, "stacks/config"); ok {
			reflector.CommentMap[module+"stacks/config"+name] = comment
		}
	}
	return nil
}

// text describes the types that are written as a string.
func text(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[netip.Addr]():
		return &jsonschema.Schema{Type: "string", Format: "ipv4"}
	case reflect.TypeFor[netip.Prefix]():
		return &jsonschema.Schema{Type: "string", Pattern: `^[0-9.]+/[0-9]+$`}
	case reflect.TypeFor[config.Role]():
		return &jsonschema.Schema{Type: "string", Enum: []any{config.ControlPlane, config.Worker}}
	case reflect.TypeFor[config.Access]():
		return &jsonschema.Schema{Type: "string", Enum: []any{config.Read, config.Write, config.ReadWrite}}
	case reflect.TypeFor[config.KafkaRole]():
		return &jsonschema.Schema{Type: "string", Enum: []any{config.KafkaController, config.KafkaBroker}}
	case reflect.TypeFor[config.Severity]():
		return &jsonschema.Schema{Type: "string", Enum: []any{config.Critical, config.Warning, config.Info}}
	}
	return nil
}
