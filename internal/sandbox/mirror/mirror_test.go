package mirror

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/repo"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/streamforge/infrastructure/internal/pins"
)

// needed are values without which a chart does not render, as upstream.
var needed = map[string]map[string]any{
	"nfs-subdir-external-provisioner": {"nfs": map[string]any{"server": "127.0.0.1"}},
}

func TestEveryPinHasAStandIn(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, Write(dir))
	for _, c := range pins.AllCharts() {
		require.FileExists(t, filepath.Join(dir, c.Name+"-"+c.Version+".tgz"))
	}
	for _, m := range pins.AllManifests() {
		for _, f := range m.Files {
			require.FileExists(t, filepath.Join(dir, m.Name+"-"+m.Version, f))
		}
	}
	index, err := repo.LoadIndexFile(filepath.Join(dir, "index.yaml"))
	require.NoError(t, err)
	for _, c := range pins.AllCharts() {
		found, err := index.Get(c.Name, c.Version)
		require.NoError(t, err, c.Name)
		require.Equal(t, []string{c.Name + "-" + c.Version + ".tgz"}, found.URLs)
	}
}

func TestPinWithoutStandIn(t *testing.T) {
	_, err := render([]pins.Chart{{Name: "nonesuch", Version: "1.0.0"}}, nil)
	require.EqualError(t, err, "chart nonesuch: no stand-in, add one to standins.go")
	_, err = render(nil, []pins.Manifest{{Name: "m", Version: "v1", Files: []string{"a.io_bs.yaml"}}})
	require.EqualError(t, err, "manifest m: a.io_bs.yaml: no stand-in, add the definition to crds.go")
}

func TestWriteTwiceGivesEqualBytesAndLeavesFilesAlone(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	require.NoError(t, Write(first))
	require.NoError(t, Write(second))
	before := map[string]os.FileInfo{}
	require.NoError(t, filepath.Walk(first, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		before[path] = info
		a, err := os.ReadFile(path)
		require.NoError(t, err)
		b, err := os.ReadFile(filepath.Join(second, strings.TrimPrefix(path, first)))
		require.NoError(t, err)
		require.Equal(t, a, b, path)
		return nil
	}))
	require.NotEmpty(t, before)
	require.NoError(t, Write(first))
	for path, info := range before {
		now, err := os.Stat(path)
		require.NoError(t, err)
		require.True(t, os.SameFile(info, now), "%s was written again", path)
	}
}

func TestWriteIntoAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "taken")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.ErrorContains(t, Write(file), "stand-in mirror "+file+": mkdir "+file+": not a directory")
}

func TestChartsRenderWithDefaults(t *testing.T) {
	for _, pin := range pins.AllCharts() {
		t.Run(pin.Name, func(t *testing.T) {
			objects := renderChart(t, pin, needed[pin.Name])
			require.True(t, has(objects, "Deployment", "") || has(objects, "StatefulSet", "") || has(objects, "DaemonSet", ""))
		})
	}
}

// renderChart renders as a release named like the chart in the namespace "ns".
func renderChart(t *testing.T, pin pins.Chart, values map[string]any) []unstructured.Unstructured {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, Write(dir))
	c, err := loader.Load(filepath.Join(dir, pin.Name+"-"+pin.Version+".tgz"))
	require.NoError(t, err)
	require.NoError(t, chartutil.ProcessDependencies(c, values))
	all, err := chartutil.ToRenderValues(c, values, chartutil.ReleaseOptions{Name: pin.Name, Namespace: "ns"}, nil)
	require.NoError(t, err)
	out, err := engine.Render(c, all)
	require.NoError(t, err)
	var objects []unstructured.Unstructured
	for file, content := range out {
		if strings.HasSuffix(file, ".tpl") {
			continue
		}
		for document := range strings.SplitSeq(content, "\n---\n") {
			var o map[string]any
			require.NoError(t, yaml.UnmarshalStrict([]byte(document), &o), "%s:\n%s", file, document)
			if len(o) > 0 {
				u := unstructured.Unstructured{Object: o}
				require.NotEmpty(t, u.GetKind(), document)
				require.NotEmpty(t, u.GetName(), document)
				objects = append(objects, u)
			}
		}
	}
	return objects
}

func has(objects []unstructured.Unstructured, kind, name string) bool {
	return find(objects, kind, name) != nil
}

// find gives the object of that kind, of any name where name is empty; nil if there is none.
func find(objects []unstructured.Unstructured, kind, name string) map[string]any {
	for _, o := range objects {
		if o.GetKind() == kind && (name == "" || o.GetName() == name) {
			return o.Object
		}
	}
	return nil
}
