package upstream_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
	"sigs.k8s.io/yaml"
)

// upstreamChart is what upstream says about the values of one chart.
type upstreamChart struct {
	name     string         // "<chart>-<version>"
	defaults map[string]any // with those of the sub-charts below their names
	schema   *jsonschema.Schema
	copies   bool // schema is that of an object that the values are copied into, which Helm does not know
	helm     *chart.Chart
}

// loadChart reads charts/<name>; fs.ErrNotExist when there are no data of that chart.
func loadChart(dir, name string) (*upstreamChart, error) {
	c, err := helmChart(dir, name)
	if err != nil {
		return nil, err
	}
	defaults, err := chartutil.MergeValues(c, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := documented(dir, name, defaults); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, sub := range c.Dependencies() {
		below, _ := defaults[sub.Name()].(map[string]any)
		err := documented(dir, sub.Name()+"-"+sub.Metadata.Version, below)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	u := &upstreamChart{name: name, defaults: defaults, helm: c}
	if c.Schema == nil {
		u.schema, err = copiedSchema(dir, name)
		u.copies = u.schema != nil
		return u, err
	}
	u.schema, err = compile(name, c.Schema)
	return u, err
}

// helmChart reads a chart as Helm does, with those sub-charts of which there are data.
func helmChart(dir, name string) (*chart.Chart, error) {
	c := &chart.Chart{Metadata: &chart.Metadata{}}
	if err := decodeFile(filepath.Join(dir, "charts", name, "Chart.yaml"), c.Metadata); err != nil {
		return nil, err
	}
	if err := decodeFile(filepath.Join(dir, "charts", name, "values.yaml"), &c.Values); err != nil {
		return nil, err
	}
	schema, err := os.ReadFile(filepath.Join(dir, "charts", name, "values.schema.json"))
	if err == nil {
		c.Schema = schema
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, d := range c.Metadata.Dependencies {
		sub, err := subChart(dir, d)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if sub != nil {
			c.AddDependency(sub)
		}
	}
	return c, nil
}

// subChart is nil when there are no data of a version that d accepts: the parent's own values
// then say all that is known.
func subChart(dir string, d *chart.Dependency) (*chart.Chart, error) {
	found, err := filepath.Glob(filepath.Join(dir, "charts", d.Name+"-*"))
	if err != nil {
		return nil, err
	}
	for _, path := range found {
		version := strings.TrimPrefix(filepath.Base(path), d.Name+"-")
		if !chartutil.IsCompatibleRange(d.Version, version) {
			continue
		}
		sub, err := helmChart(dir, filepath.Base(path))
		if err == nil && d.Alias != "" {
			sub.Metadata.Name = d.Alias
		}
		return sub, err
	}
	return nil, nil
}

func decodeFile(path string, into any) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
