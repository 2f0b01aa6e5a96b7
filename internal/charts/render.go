package charts

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/streamforge/infrastructure/internal/pins"
)

// Release is what a Helm release is made from.
type Release struct {
	Name, Namespace string
	Chart           string // a file, an oci:// address, or a name in Repo
	Version         string
	Repo            string // https:// address, empty for files and oci://
	Values          map[string]any
	SkipCRDs        bool
}

// Load fetches the chart of a release, or opens it.
func Load(r Release) (*chart.Chart, error) {
	if info, err := os.Stat(r.Chart); err == nil && !info.IsDir() {
		return loader.Load(r.Chart)
	}
	name, repo := r.Chart, r.Repo
	if strings.HasPrefix(name, "oci://") {
		repo, name = name[:strings.LastIndex(name, "/")], name[strings.LastIndex(name, "/")+1:]
	}
	if repo == "" || filepath.IsAbs(name) {
		return nil, fmt.Errorf("chart %s %s: not there", r.Chart, r.Version)
	}
	raw, err := fetchChart(pins.Chart{Name: name, Version: r.Version, Repo: repo})
	if err != nil {
		return nil, fmt.Errorf("chart %s %s: %w", name, r.Version, err)
	}
	return loader.LoadArchive(bytes.NewReader(raw))
}

// Render gives the objects that a release would consist of, hooks left out: they are gone when it
// stands. kubernetes is the version that templates are told they run on, apis the extra ones they
// may ask for. No cluster is asked: lookups find nothing.
func Render(r Release, kubernetes string, apis ...string) ([]*unstructured.Unstructured, error) {
	c, err := Load(r)
	if err != nil {
		return nil, err
	}
	return RenderChart(c, r, kubernetes, apis...)
}

// RenderChart is Render for a chart that is at hand.
func RenderChart(c *chart.Chart, r Release, kubernetes string, apis ...string) ([]*unstructured.Unstructured, error) {
	version, err := chartutil.ParseKubeVersion(kubernetes)
	if err != nil {
		return nil, fmt.Errorf("kubernetes version %q: %w", kubernetes, err)
	}
	install := action.NewInstall(&action.Configuration{Log: func(string, ...any) {}})
	install.ReleaseName, install.Namespace = r.Name, r.Namespace
	install.DryRun, install.ClientOnly, install.Replace = true, true, true
	install.IncludeCRDs, install.KubeVersion = !r.SkipCRDs, version
	install.APIVersions = append(chartutil.VersionSet{}, apis...)
	out, err := install.Run(c, r.Values)
	if err != nil {
		return nil, fmt.Errorf("render %s: %w", r.Name, err)
	}
	return Objects(out.Manifest)
}

// Objects parses a manifest, lists taken apart. Namespaces stay as they are written, which is often not at all.
func Objects(manifest string) (all []*unstructured.Unstructured, err error) {
	dec := yaml.NewYAMLOrJSONDecoder(strings.NewReader(manifest), 4096)
	for {
		o := &unstructured.Unstructured{}
		if err := dec.Decode(&o.Object); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("manifest: %w", err)
		}
		if len(o.Object) == 0 {
			continue
		}
		if o.IsList() {
			err := o.EachListItem(func(item runtime.Object) error {
				all = append(all, item.(*unstructured.Unstructured))
				return nil
			})
			if err != nil {
				return nil, err
			}
			continue
		}
		all = append(all, o)
	}
}
