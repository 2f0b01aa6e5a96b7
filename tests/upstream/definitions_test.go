package upstream_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// definition is one served version of a custom resource.
type definition struct {
	namespaced bool
	properties *apiextensionsv1.JSONSchemaProps
	checks     *checks // made at the first use: compiling the rules of every kind takes seconds
}

type definitions map[schema.GroupVersionKind]*definition

// apart are the schemas that a project publishes beside its definitions, by version. They take the
// place of the definition's own, which then only says that any field may stay.
type apart map[string]apiextensionsv1.CustomResourceValidation

// loadDefinitions reads every CustomResourceDefinition below crds.
func loadDefinitions(dir string) (definitions, error) {
	all := definitions{}
	err := filepath.WalkDir(filepath.Join(dir, "crds"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" || filepath.Base(filepath.Dir(path)) == "schemas" {
			return err
		}
		if err := all.add(path); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	})
	return all, err
}

// add reads the definitions of one file.
func (all definitions) add(path string) error {
	schemas := apart{}
	beside := filepath.Join(filepath.Dir(path), "schemas", strings.TrimSuffix(filepath.Base(path), ".yaml")+".schema.generated.yaml")
	if err := decodeFile(beside, &schemas); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	documents := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(raw)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var crd apiextensionsv1.CustomResourceDefinition
		if err := yaml.Unmarshal(document, &crd); err != nil {
			return err
		}
		if crd.Kind == "CustomResourceDefinition" {
			all.register(&crd, schemas)
		}
	}
}

func (all definitions) register(crd *apiextensionsv1.CustomResourceDefinition, schemas apart) {
	for _, v := range crd.Spec.Versions {
		if !v.Served {
			continue
		}
		validation := v.Schema
		if better, ok := schemas[v.Name]; ok {
			validation = &better
		}
		d := &definition{namespaced: crd.Spec.Scope == apiextensionsv1.NamespaceScoped}
		if validation != nil {
			d.properties = validation.OpenAPIV3Schema
		}
		all[schema.GroupVersionKind{Group: crd.Spec.Group, Version: v.Name, Kind: crd.Spec.Names.Kind}] = d
	}
}
