package mirror

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"sigs.k8s.io/yaml"
)

// pack gives the .tgz of a chart whose files are named relative to its folder. Helm's own Save
// stamps every entry with the current time, so the archive is written here; Helm's loader then
// proves that it is one.
func pack(chartName string, files map[string][]byte) ([]byte, *chart.Metadata, error) {
	var out bytes.Buffer
	gz := gzip.NewWriter(&out)
	archive := tar.NewWriter(gz)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		header := &tar.Header{Name: chartName + "/" + name, Mode: 0o644, Size: int64(len(files[name])), ModTime: stamp}
		if err := archive.WriteHeader(header); err != nil {
			return nil, nil, err
		}
		if _, err := archive.Write(files[name]); err != nil {
			return nil, nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, nil, err
	}
	if err := gz.Close(); err != nil {
		return nil, nil, err
	}
	loaded, err := loader.LoadArchive(bytes.NewReader(out.Bytes()))
	if err != nil {
		return nil, nil, fmt.Errorf("not a chart: %w", err)
	}
	return out.Bytes(), loaded.Metadata, loaded.Validate()
}

// embedded copies the files of an embedded folder, named relative to it, below prefix.
func embedded(from fs.FS, folder, prefix string, into map[string][]byte) error {
	entries, err := fs.ReadDir(from, folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		content, err := fs.ReadFile(from, folder+"/"+e.Name())
		if err != nil {
			return err
		}
		into[prefix+e.Name()] = content
	}
	return nil
}

// document adds v as YAML under name.
func document(files map[string][]byte, name string, v any) error {
	content, err := yaml.Marshal(v)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	files[name] = content
	return nil
}
