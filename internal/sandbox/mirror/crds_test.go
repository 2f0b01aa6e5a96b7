package mirror

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/streamforge/infrastructure/tests/need"
)

func TestDefinitionsAreValid(t *testing.T) {
	for _, d := range Definitions() {
		apiextensionsv1.SetDefaults_CustomResourceDefinition(d)
		apiextensionsv1.SetDefaults_CustomResourceDefinitionSpec(&d.Spec)
		var internal apiextensions.CustomResourceDefinition
		require.NoError(t, apiextensionsv1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(d, &internal, nil))
		// The API server itself records the stored versions when it creates the object.
		internal.Status.StoredVersions = []string{d.Spec.Versions[0].Name}
		require.Empty(t, validation.ValidateCustomResourceDefinition(t.Context(), &internal), d.Name)
	}
}

func TestDocumentsHoldTheDefinitions(t *testing.T) {
	for _, c := range manifestCRDs() {
		document, err := c.yaml(nil)
		require.NoError(t, err)
		var d apiextensionsv1.CustomResourceDefinition
		require.NoError(t, yaml.UnmarshalStrict(document, &d))
		require.Equal(t, c.definition(), &d)
	}
}

// TestDefinitionsAgreeWithUpstream compares what stand-ins keep with the real definitions, which
// are not part of this repository.
func TestDefinitionsAgreeWithUpstream(t *testing.T) {
	real := upstream(t)
	for _, want := range Definitions() {
		name := want.Name
		d, ok := real[name]
		if !ok {
			t.Errorf("%s: upstream has no such definition", name)
			continue
		}
		require.Equal(t, d.Spec.Group, want.Spec.Group, name)
		require.Equal(t, d.Spec.Scope, want.Spec.Scope, name)
		require.Equal(t, d.Spec.Names.Kind, want.Spec.Names.Kind, name)
		require.Equal(t, d.Spec.Names.ListKind, want.Spec.Names.ListKind, name)
		require.Equal(t, d.Spec.Names.Singular, want.Spec.Names.Singular, name)
		require.Equal(t, versions(d), versions(*want), name)
	}
}

// versions gives, by name, whether a version is served, stored, and has a status subresource.
func versions(d apiextensionsv1.CustomResourceDefinition) map[string][3]bool {
	v := map[string][3]bool{}
	for _, version := range d.Spec.Versions {
		status := version.Subresources != nil && version.Subresources.Status != nil
		v[version.Name] = [3]bool{version.Served, version.Storage, status}
	}
	return v
}

func upstream(t *testing.T) map[string]apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	root := os.Getenv("STREAMFORGE_UPSTREAM")
	if root == "" {
		need.LeftOut(t, "needs upstream's definitions in STREAMFORGE_UPSTREAM, see CONTRIBUTING.md")
	}
	found := map[string]apiextensionsv1.CustomResourceDefinition{}
	require.NoError(t, filepath.WalkDir(filepath.Join(root, "crds"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".yaml" {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		decoder := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(content), 4096)
		for {
			var d apiextensionsv1.CustomResourceDefinition
			switch err := decoder.Decode(&d); {
			case errors.Is(err, io.EOF):
				return nil
			case err != nil:
				return err
			}
			found[d.Name] = d
		}
	}))
	return found
}
