package stackfile

import (
	"encoding/json"
	"fmt"

	"gopkg.in/yaml.v3"
)

// Encrypted stands within a value for a part of it that only the passphrase opens.
const Encrypted = "encrypted"

// Values gives the whole configuration as Pulumi hands it to a program: texts as they are, everything
// else as JSON. A key whose value is encrypted is left out and named in encrypted, with its namespace.
func (f *File) Values() (values map[string]string, encrypted []string, err error) {
	values = map[string]string{}
	all := child(f.root(), "config")
	if all == nil {
		return values, nil, nil
	}
	for i := 0; i+1 < len(all.Content); i += 2 {
		key, node := all.Content[i].Value, all.Content[i+1]
		if child(node, "secure") != nil {
			encrypted = append(encrypted, key)
			continue
		}
		if text, err := value(node); err == nil {
			values[key] = text
		} else {
			return nil, nil, fmt.Errorf("stack file %s: %s: %w", f.path, key, err)
		}
	}
	return values, encrypted, nil
}

func value(node *yaml.Node) (string, error) {
	if node.Kind == yaml.ScalarNode {
		return node.Value, nil
	}
	var v any
	if err := node.Decode(&v); err != nil {
		return "", err
	}
	raw, err := json.Marshal(withoutSecure(v))
	return string(raw), err
}

// withoutSecure replaces what is encrypted within a value.
func withoutSecure(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if _, secure := v["secure"].(string); secure && len(v) == 1 {
			return Encrypted
		}
		for k, x := range v {
			v[k] = withoutSecure(x)
		}
	case []any:
		for i, x := range v {
			v[i] = withoutSecure(x)
		}
	}
	return v
}
