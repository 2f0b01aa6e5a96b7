package kube_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

const things = `---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.example.test
  creationTimestamp: null
spec:
  group: example.test
  versions:
  - name: v1
    served: true
    schema:
      openAPIV3Schema:
        description: dropped
        properties:
          size: {minimum: 1, maximum: 1.5, enum: ["on", 2], description: dropped}
          description: {type: string, description: dropped, default: {description: kept}}
          list: {items: {anyOf: [{description: dropped}]}, additionalProperties: true}
    additionalPrinterColumns: [{name: Size, description: kept}]
status: {storedVersions: []}
---
`

const others = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: others.example.test}
spec: {group: example.test}
`

const definition = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"

func manifest(mirror, repo string, files ...string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		pin := pins.Manifest{Name: "things", Version: "v1", Repo: repo, Path: "crds", Files: files}
		_, err := kube.Charts{Mirror: mirror}.Manifest(ctx, "things", pin)
		return err
	}
}

func folder(t *testing.T, content string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "things-v1"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "things-v1", "all.yaml"), []byte(content), 0o600))
	return dir
}

func TestManifestRegistersEachDefinition(t *testing.T) {
	g := kubetest.Run(t, manifest(folder(t, things+others), "", "all.yaml"))
	g.Get(t, definition, "others.example.test")
	r := g.Get(t, definition, "things.example.test")
	assert.True(t, r.Retain, "deleting a definition deletes every object of it")
	assert.Equal(t, map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{
			"name":        "things.example.test",
			"annotations": map[string]any{"pulumi.com/patchForce": "true"}, // retained ones are taken over again
		},
		"spec": map[string]any{"group": "example.test", "versions": []any{map[string]any{
			"name": "v1", "served": true,
			"schema": map[string]any{"openAPIV3Schema": map[string]any{"properties": map[string]any{
				"size":        map[string]any{"minimum": 1.0, "maximum": 1.5, "enum": []any{"on", 2.0}},
				"description": map[string]any{"type": "string", "default": map[string]any{"description": "kept"}},
				"list": map[string]any{
					"items": map[string]any{"anyOf": []any{map[string]any{}}}, "additionalProperties": true,
				},
			}}},
			"additionalPrinterColumns": []any{map[string]any{"name": "Size", "description": "kept"}},
		}}},
	}, r.Values(), "the file's content without what the API server owns and without prose in schemas")
}

func TestManifestIsReadOverHTTPAndThenFromTheCache(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	files := folder(t, others)
	require.NoError(t, os.CopyFS(filepath.Join(files, "v1", "crds"), os.DirFS(filepath.Join(files, "things-v1"))))
	server := httptest.NewServer(http.StripPrefix("/mirror", http.FileServer(http.Dir(files))))
	kubetest.Run(t, manifest(server.URL+"/mirror", "", "all.yaml")).Get(t, definition, "others.example.test")

	upstream := manifest("", server.URL+"/mirror", "all.yaml")
	kubetest.Run(t, upstream).Get(t, definition, "others.example.test")
	server.Close()
	kubetest.Run(t, upstream).Get(t, definition, "others.example.test")

	_, err := kubetest.TryRun(manifest("", server.URL, "more.yaml"))
	assert.ErrorContains(t, err, `manifest things (things v1): more.yaml: cannot be reached: Get "`+server.URL+`/v1/crds/more.yaml"`)
}

func TestManifestErrors(t *testing.T) {
	dir := folder(t, "")
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	for name, c := range map[string]struct {
		mirror, file, want string
	}{
		"folder": {dir, "none.yaml", "manifest things (things v1): none.yaml: not in the mirror: stat " + dir +
			"/things-v1/none.yaml: no such file or directory; `streamforge mirror pull DIR` fills a mirror, charts.mirror names it"},
		"http": {server.URL, "none.yaml", "manifest things (things v1): none.yaml: " + server.URL +
			"/things-v1/none.yaml answers 404 Not Found; `streamforge mirror pull DIR` fills a mirror, charts.mirror names it"},
		"empty": {dir, "all.yaml", "manifest things (things v1): all.yaml: holds no object"},
		"kind": {folder(t, "{apiVersion: v1, kind: Secret, metadata: {name: x}}"), "all.yaml",
			"all.yaml: holds v1 Secret, want only apiextensions.k8s.io/v1 CustomResourceDefinition"},
		"unnamed": {folder(t, "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition}"), "all.yaml",
			"all.yaml: holds a definition without a name"},
		"yaml": {folder(t, "{"), "all.yaml", "all.yaml: not YAML: yaml: line 1: did not find expected node content"},
		"null": {folder(t, others+"x: null\n"), "all.yaml", "all.yaml: others.example.test: x: <nil> is a <nil>, which JSON does not have"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := kubetest.TryRun(manifest(c.mirror, "", c.file))
			assert.ErrorContains(t, err, c.want)
		})
	}
}
