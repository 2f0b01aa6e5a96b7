package upstream_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
)

// checks are the API server's own steps for a new custom resource.
type checks struct {
	structure *structuralschema.Structural
	schema    validation.SchemaValidator
	rules     *cel.Validator // nil when the kind has none
}

// prepare makes the checks of a definition once.
func (d *definition) prepare() (*checks, error) {
	if d.checks != nil {
		return d.checks, nil
	}
	if d.properties == nil {
		return nil, errors.New("the definition has no schema")
	}
	var in apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(d.properties, &in, nil); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	if in.Type == "" { // schemas published apart leave it out at their root
		in.Type = "object"
	}
	structure, err := structuralschema.NewStructural(&in)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	schema, _, err := validation.NewSchemaValidator(&in)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	d.checks = &checks{structure, schema, cel.NewValidator(structure, true, celconfig.PerCallLimit)}
	return d.checks, nil
}

// refuse gives the API server's objections to a new object.
func (d *definition) refuse(object map[string]any) (all field.ErrorList) {
	c, err := d.prepare()
	if err != nil {
		return field.ErrorList{field.InternalError(nil, err)}
	}
	all = d.metadata(object)
	unknown := pruning.PruneWithOptions(object, c.structure, true, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	for _, path := range unknown {
		all = append(all, field.Forbidden(field.NewPath(path), "unknown field"))
	}
	defaulting.PruneNonNullableNullsWithoutDefaults(object, c.structure)
	defaulting.Default(object, c.structure)
	all = append(all, validation.ValidateCustomResource(nil, object, c.schema)...)
	all = append(all, listtype.ValidateListSetsAndMaps(nil, c.structure, object)...)
	if c.rules != nil && len(all) == 0 { // rules may assume that the types are right
		broken, _ := c.rules.Validate(context.Background(), nil, c.structure, object, nil, celconfig.RuntimeCELCostBudget)
		all = append(all, broken...)
	}
	return all
}

// metadata checks what no schema describes.
func (d *definition) metadata(object map[string]any) (all field.ErrorList) {
	at := field.NewPath("metadata")
	if err := strictly(object["metadata"], metav1.ObjectMeta{}); err != nil {
		return field.ErrorList{field.Invalid(at, short(object["metadata"]), err.Error())}
	}
	meta, _ := object["metadata"].(map[string]any)
	namespace, _ := meta["namespace"].(string)
	switch {
	case d.namespaced && namespace == "":
		all = append(all, field.Required(at.Child("namespace"), "the kind is namespaced"))
	case !d.namespaced && namespace != "":
		all = append(all, field.Forbidden(at.Child("namespace"), "the kind is cluster-scoped"))
	}
	return all
}

func short(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}
