package kube

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"gopkg.in/yaml.v3"

	"github.com/streamforge/infrastructure/internal/pins"
)

// definition is kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition, registered by its
// token with the file's own tree: the SDK's types would need every schema converted twice.
type definition struct{ pulumi.CustomResourceState }

// Manifest registers the CustomResourceDefinitions of the pin, each under its own name, and gives
// them in the order of the pin's files. The provider applies them server-side, so that a
// definition larger than the 256 KiB of the last-applied annotation passes. Descriptions inside
// schemas are left out: they are two thirds of the text, and every run carries it through the
// engine, the provider and the state.
//
// A definition that leaves the program stays in the cluster: deleting it would delete every
// object of its kind.
func (c Charts) Manifest(ctx *pulumi.Context, name string, pin pins.Manifest,
	opts ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	opts = append([]pulumi.ResourceOption{pulumi.RetainOnDelete(true)}, opts...)
	fail := func(what string, err error) error {
		return fmt.Errorf("manifest %s (%s %s): %s: %w", name, pin.Name, pin.Version, what, err)
	}
	read, err := c.open(ctx.Context(), pin)
	if err != nil {
		return nil, fail(c.Mirror, err)
	}
	var all []pulumi.Resource
	for _, file := range pin.Files {
		content, err := read(file)
		if err != nil {
			return nil, fail(file, err)
		}
		objects, err := decode(content)
		if err != nil {
			return nil, fail(file, err)
		}
		for _, o := range objects {
			d := &definition{}
			err := ctx.RegisterResource("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
				o.name, o.inputs, d, opts...)
			if err != nil {
				return nil, fail(o.name, err)
			}
			all = append(all, d)
		}
	}
	return all, nil
}

// document is one definition of a file.
type document struct {
	name   string
	inputs pulumi.Map
}

// decode reads the definitions of a file; any other kind is refused, because retaining it on
// deletion would be wrong.
func decode(content []byte) ([]document, error) {
	var all []document
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	for {
		var o map[string]any
		if err := decoder.Decode(&o); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("not YAML: %w", err)
		}
		if o == nil { // an empty document, as between two separators
			continue
		}
		if o["apiVersion"] != "apiextensions.k8s.io/v1" || o["kind"] != "CustomResourceDefinition" {
			return nil, fmt.Errorf("holds %v %v, want only apiextensions.k8s.io/v1 CustomResourceDefinition", o["apiVersion"], o["kind"])
		}
		metadata, _ := o["metadata"].(map[string]any)
		name, _ := metadata["name"].(string)
		if name == "" {
			return nil, errors.New("holds a definition without a name")
		}
		// Generators leave both behind; the API server owns them.
		delete(metadata, "creationTimestamp")
		delete(o, "status")
		takeOver(metadata)
		slim(o)
		inputs, err := input(o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, document{name, inputs.(pulumi.Map)})
	}
	if len(all) == 0 {
		return nil, errors.New("holds no object")
	}
	return all, nil
}

// takeOver lets the provider win fields that another name owns. A retained definition is still there
// when the stack is built again, owned by the provider under the name it had before: with a changed
// pin its new text would be refused as a conflict.
func takeOver(metadata map[string]any) {
	annotations, ok := metadata["annotations"].(map[string]any)
	if !ok {
		annotations = map[string]any{}
		metadata["annotations"] = annotations
	}
	annotations["pulumi.com/patchForce"] = "true"
}

// input turns decoded YAML into the SDK's inputs. Handing over the plain tree instead would wrap
// each of its some 30,000 nodes into an Output.
func input(v any) (pulumi.Input, error) {
	switch v := v.(type) {
	case string:
		return pulumi.String(v), nil
	case bool:
		return pulumi.Bool(v), nil
	case int:
		return pulumi.Int(v), nil
	case float64:
		return pulumi.Float64(v), nil
	case map[string]any:
		m := make(pulumi.Map, len(v))
		for k, e := range v {
			i, err := input(e)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", k, err)
			}
			m[k] = i
		}
		return m, nil
	case []any:
		a := make(pulumi.Array, len(v))
		for i, e := range v {
			value, err := input(e)
			if err != nil {
				return nil, err
			}
			a[i] = value
		}
		return a, nil
	default:
		return nil, fmt.Errorf("%v is a %T, which JSON does not have", v, v)
	}
}
