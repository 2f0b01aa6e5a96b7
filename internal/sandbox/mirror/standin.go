package mirror

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"helm.sh/helm/v3/pkg/chart"

	"github.com/streamforge/infrastructure/internal/pins"
)

//go:embed all:templates all:charts
var sources embed.FS

// standIn describes what a stand-in chart holds. Templates that read the chart's values stand
// below charts/<chart>/, the rest is data.
type standIn struct {
	app       string         // application version, as the real Chart.yaml says it
	values    map[string]any // defaults; only what the templates read and a user may leave out
	crds      crdSet
	workloads []workload
}

// crdSet is a chart's definitions and how the chart carries them.
type crdSet struct {
	crds     []crd
	subchart string // name of the subchart that holds them; empty means the chart's own templates
	keep     bool   // they outlive the release where the value crds.keep is true
	value    string // name of the value that switches them on; empty means crds.enabled
	folder   bool   // they stand in the chart's crds/, which Helm applies once and never again
}

// workload is one Deployment, DaemonSet or StatefulSet with its ServiceAccount and, where it has
// one, its Service. Strings marked (t) are Helm templates. Labels are those of its pods and
// selector besides name and instance; Values is the dotted path of the values that place and size
// it, empty for the top.
type workload struct {
	Kind           string            `json:"kind"`
	Name           string            `json:"name,omitempty"`           // (t) empty means the release's full name
	ServiceAccount string            `json:"serviceAccount,omitempty"` // (t) empty means the workload's name
	Labels         map[string]string `json:"labels,omitempty"`         // (t)
	Values         string            `json:"values,omitempty"`
	Image          string            `json:"image"`               // shown, never run
	Args           []string          `json:"args,omitempty"`      // (t)
	Ports          []port            `json:"ports,omitempty"`     // of its container
	Pod            map[string]any    `json:"pod,omitempty"`       // further fields of the pod's spec
	Container      map[string]any    `json:"container,omitempty"` // further fields of its container
	Service        *service          `json:"service,omitempty"`
}

// port is a container's or a Service's port, TCP.
type port struct {
	Name   string `json:"name"`
	Port   int    `json:"port"`
	Target string `json:"target,omitempty"` // name of the container port, of a Service only
}

// service selects the workload's pods.
type service struct {
	Name  string `json:"name,omitempty"` // (t) empty means the workload's name
	Ports []port `json:"ports"`
}

// archive gives the chart at the pinned version.
func (s standIn) archive(pin pins.Chart) ([]byte, *chart.Metadata, error) {
	meta := chart.Metadata{
		APIVersion: chart.APIVersionV2, Type: "application", Name: pin.Name, Version: pin.Version, AppVersion: s.app,
		Description: "Stand-in of the streamforge sandbox: real names, no code to run.",
	}
	files := map[string][]byte{}
	if s.crds.subchart != "" {
		meta.Dependencies = []*chart.Dependency{{
			Name: s.crds.subchart, Version: pin.Version, Condition: s.crds.subchart + ".enabled",
		}}
	}
	errs := []error{
		document(files, "Chart.yaml", meta),
		document(files, "values.yaml", s.values),
		document(files, "workloads.yaml", s.workloads),
		embedded(sources, "templates", "templates/", files),
		s.crds.write(pin, files),
	}
	// A chart without templates of its own has no folder.
	if err := embedded(sources, "charts/"+pin.Name, "templates/", files); !errors.Is(err, fs.ErrNotExist) {
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, nil, err
	}
	return pack(pin.Name, files)
}

// write adds the definitions to a chart's files, where the real chart has them.
func (s crdSet) write(pin pins.Chart, files map[string][]byte) error {
	if len(s.crds) == 0 {
		return nil
	}
	documents, err := definitions(s.crds, nil)
	if err != nil {
		return err
	}
	if s.folder {
		files["crds/crds.yaml"] = documents
		return nil
	}
	if s.subchart != "" {
		prefix := "charts/" + s.subchart + "/"
		files[prefix+"templates/crds.yaml"] = documents
		return document(files, prefix+"Chart.yaml", chart.Metadata{
			APIVersion: chart.APIVersionV2, Name: s.subchart, Version: pin.Version,
		})
	}
	if s.value != "" {
		files["templates/crds.yaml"] = fmt.Appendf(nil, "{{- if .Values.%s }}\n%s{{- end }}\n", s.value, documents)
		return nil
	}
	kept := documents
	if s.keep {
		if kept, err = definitions(s.crds, map[string]string{"helm.sh/resource-policy": "keep"}); err != nil {
			return err
		}
	}
	const choice = "{{- if .Values.crds.enabled }}\n{{- if .Values.crds.keep }}\n%s{{- else }}\n%s{{- end }}\n{{- end }}\n"
	files["templates/crds.yaml"] = fmt.Appendf(nil, choice, kept, documents)
	return nil
}

// definitions gives the documents of crds, each with the annotations added.
func definitions(crds []crd, annotations map[string]string) ([]byte, error) {
	var out bytes.Buffer
	for _, c := range crds {
		content, err := c.yaml(annotations)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, "---\n%s", content)
	}
	return out.Bytes(), nil
}
