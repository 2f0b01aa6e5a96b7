package mirror

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/yaml"
)

// crd is what a stand-in keeps of a CustomResourceDefinition: everything but its schema.
type crd struct {
	group       string
	kind        string
	plural      string
	versions    []string // all served, the first one stored
	retired     []string // versions that the definition still names but does not serve
	cluster     bool     // cluster-scoped
	noStatus    bool     // has no status subresource
	bare        []string // versions that have none although others do
	shortNames  []string
	annotations map[string]string
}

// name is the object's name.
func (c crd) name() string { return c.plural + "." + c.group }

// definition gives the object: any content is valid, as far as an API server is concerned.
func (c crd) definition() *apiextensionsv1.CustomResourceDefinition {
	scope := apiextensionsv1.NamespaceScoped
	if c.cluster {
		scope = apiextensionsv1.ClusterScoped
	}
	d := &apiextensionsv1.CustomResourceDefinition{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apiextensions.k8s.io/v1", Kind: "CustomResourceDefinition"},
		ObjectMeta: metav1.ObjectMeta{Name: c.name(), Annotations: c.annotations},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: c.group,
			Scope: scope,
			Names: apiextensionsv1.CustomResourceDefinitionNames{
				Kind: c.kind, ListKind: c.kind + "List", Plural: c.plural,
				Singular: strings.ToLower(c.kind), ShortNames: c.shortNames,
			},
		},
	}
	for i, version := range slices.Concat(c.versions, c.retired) {
		v := apiextensionsv1.CustomResourceDefinitionVersion{
			Name: version, Served: i < len(c.versions), Storage: i == 0,
			Schema: &apiextensionsv1.CustomResourceValidation{
				OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{
					Type: "object", XPreserveUnknownFields: ptr.To(true),
				},
			},
		}
		if !c.noStatus && !slices.Contains(c.bare, version) {
			v.Subresources = &apiextensionsv1.CustomResourceSubresources{
				Status: &apiextensionsv1.CustomResourceSubresourceStatus{},
			}
		}
		d.Spec.Versions = append(d.Spec.Versions, v)
	}
	return d
}

// Definitions gives every definition that the stand-ins bring, once each, ordered by name. It is for
// tests of what watches these kinds.
func Definitions() []*apiextensionsv1.CustomResourceDefinition {
	byName := map[string]crd{}
	for _, c := range manifestCRDs() {
		byName[c.name()] = c
	}
	for _, s := range standIns {
		for _, c := range s.crds.crds {
			byName[c.name()] = c
		}
	}
	var all []*apiextensionsv1.CustomResourceDefinition
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		all = append(all, byName[name].definition())
	}
	return all
}

// yaml gives the definition as a document without a status, with further annotations.
func (c crd) yaml(annotations map[string]string) ([]byte, error) {
	d := c.definition()
	metadata := map[string]any{"name": d.Name}
	if merged := maps.Clone(annotations); len(c.annotations) > 0 || len(merged) > 0 {
		if merged == nil {
			merged = map[string]string{}
		}
		maps.Copy(merged, c.annotations)
		metadata["annotations"] = merged
	}
	// The typed object always writes an empty status and creation time, which an author would not.
	document, err := yaml.Marshal(map[string]any{
		"apiVersion": d.APIVersion, "kind": d.Kind, "spec": d.Spec, "metadata": metadata,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.name(), err)
	}
	return document, nil
}

// manifest gives one file of a pinned manifest. Upstream names such files <group>_<plural>.yaml.
func manifest(file string) ([]byte, error) {
	group, plural, _ := strings.Cut(strings.TrimSuffix(file, ".yaml"), "_")
	for _, c := range manifestCRDs() {
		if c.group == group && c.plural == plural {
			return c.yaml(nil)
		}
	}
	return nil, fmt.Errorf("%s: no stand-in, add the definition to crds.go", file)
}
