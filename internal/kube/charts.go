package kube

import (
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/pins"
)

// Charts resolves pins: it is the only place that knows where charts and manifests come from.
type Charts struct {
	// Mirror replaces every upstream address: a folder, an http(s):// Helm repository or an oci://
	// folder, filled by `streamforge mirror pull`. Empty means upstream.
	Mirror string
}

// chart gives the Release inputs that name the chart.
func (c Charts) chart(pin pins.Chart) (pulumi.Map, error) {
	source := pin.Repo
	if c.Mirror != "" {
		source = c.Mirror
	}
	switch {
	case strings.HasPrefix(source, "oci://"):
		return pulumi.Map{
			"chart":   pulumi.String(strings.TrimSuffix(source, "/") + "/" + pin.Name),
			"version": pulumi.String(pin.Version),
		}, nil
	case strings.Contains(source, "://"):
		return pulumi.Map{
			"chart":          pulumi.String(pin.Name),
			"version":        pulumi.String(pin.Version),
			"repositoryOpts": pulumi.Map{"repo": pulumi.String(source)},
		}, nil
	default:
		file := filepath.Join(source, pin.Name+"-"+pin.Version+".tgz")
		return pulumi.Map{"chart": pulumi.String(file), "version": pulumi.String(pin.Version)}, nil
	}
}
