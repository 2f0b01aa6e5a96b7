package mirror

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/provenance"
	"helm.sh/helm/v3/pkg/repo"
	"sigs.k8s.io/yaml"

	"github.com/streamforge/infrastructure/internal/pins"
)

// stamp is the one time in every archive and in the index: equal content must give equal bytes, or
// every start of the sandbox would look like a change of all charts.
var stamp = time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)

// Write makes dir a mirror of all pinned charts and manifests: <chart>-<version>.tgz,
// <manifest>-<version>/<file>, and Helm's index.yaml. It creates dir where needed, leaves files
// that are already right untouched, and removes nothing. It fails when a pin has no stand-in or
// dir cannot be written.
func Write(dir string) error {
	files, err := render(pins.AllCharts(), pins.AllManifests())
	if err != nil {
		return fmt.Errorf("stand-in mirror: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := writeChanged(filepath.Join(dir, filepath.FromSlash(name)), files[name]); err != nil {
			return fmt.Errorf("stand-in mirror %s: %w", dir, err)
		}
	}
	return nil
}

// render gives the mirror's files by their slash-separated path.
func render(charts []pins.Chart, manifests []pins.Manifest) (map[string][]byte, error) {
	files := map[string][]byte{}
	index := repo.NewIndexFile()
	for _, pin := range charts {
		s, ok := standIns[pin.Name]
		if !ok {
			return nil, fmt.Errorf("chart %s: no stand-in, add one to standins.go", pin.Name)
		}
		content, meta, err := s.archive(pin)
		if err != nil {
			return nil, fmt.Errorf("chart %s: %w", pin.Name, err)
		}
		file := pin.Name + "-" + pin.Version + ".tgz"
		files[file] = content
		if err := addToIndex(index, meta, file, content); err != nil {
			return nil, fmt.Errorf("index of %s: %w", file, err)
		}
	}
	for _, pin := range manifests {
		for _, file := range pin.Files {
			content, err := manifest(file)
			if err != nil {
				return nil, fmt.Errorf("manifest %s: %w", pin.Name, err)
			}
			files[pin.Name+"-"+pin.Version+"/"+file] = content
		}
	}
	index.SortEntries()
	index.Generated = stamp
	content, err := yaml.Marshal(index)
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	files["index.yaml"] = content
	return files, nil
}

func addToIndex(index *repo.IndexFile, meta *chart.Metadata, file string, content []byte) error {
	digest, err := provenance.Digest(bytes.NewReader(content))
	if err != nil {
		return err
	}
	if err := index.MustAdd(meta, file, "", digest); err != nil {
		return err
	}
	versions := index.Entries[meta.Name]
	versions[len(versions)-1].Created = stamp
	return nil
}

// writeChanged writes content under a temporary name first, so that a run that reads the mirror
// meanwhile never sees half a file.
func writeChanged(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	part := path + ".part"
	if err := os.WriteFile(part, content, 0o644); err != nil {
		return err
	}
	return os.Rename(part, path)
}
