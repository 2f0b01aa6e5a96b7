package picture

import (
	"path"
	"slices"
	"strings"

	"github.com/streamforge/infrastructure/internal/pins"
	"github.com/streamforge/infrastructure/internal/planned"
)

// versions are what a resource brings into the cluster: a chart, images, definitions, or the version
// that an operator is asked for.
func versions(r planned.Resource) (found []string) {
	in := r.Values()
	switch {
	case strings.HasSuffix(r.Type, ":Release"):
		chart, _ := in["chart"].(string)
		version, _ := in["version"].(string)
		return []string{strings.TrimSuffix(path.Base(chart), "-"+version+".tgz") + " " + version}
	case strings.HasSuffix(r.Type, ":CustomResourceDefinition"):
		name, _ := r.At("metadata.name").(string)
		plural, group, _ := strings.Cut(name, ".")
		for _, m := range pins.AllManifests() {
			if slices.Contains(m.Files, group+"_"+plural+".yaml") {
				return []string{m.Name + " " + m.Version}
			}
		}
		return nil
	}
	for _, at := range []string{"spec.version", "spec.kafka.version"} {
		if version, is := r.At(at).(string); is {
			kind := r.Type[strings.LastIndexByte(r.Type, ':')+1:]
			found = append(found, strings.ToLower(kind)+" "+version)
		}
	}
	return append(found, images(in)...)
}

// images finds them wherever a workload or a custom resource names one.
func images(v any) (found []string) {
	switch v := v.(type) {
	case map[string]any:
		for key, e := range v {
			if text, is := e.(string); is && key == "image" {
				text, _, _ = strings.Cut(text, "@")
				if name, tag, ok := cutLast(path.Base(text), ":"); ok {
					found = append(found, name+" "+tag)
				}
				continue
			}
			found = append(found, images(e)...)
		}
	case []any:
		for _, e := range v {
			found = append(found, images(e)...)
		}
	}
	return found
}

func isChart(version string) bool { return strings.HasPrefix(version, "chart ") }

// unique sorts versions: the charts, then images and the rest.
func unique(versions []string) []string {
	slices.Sort(versions)
	versions = slices.Compact(versions)
	rest := slices.DeleteFunc(slices.Clone(versions), isChart)
	return append(slices.DeleteFunc(versions, func(v string) bool { return !isChart(v) }), rest...)
}
