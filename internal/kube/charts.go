package kube

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/pins"
)

// Charts resolves pins: it is the only place that knows where charts and manifests come from.
type Charts struct {
	// Mirror replaces every upstream address. Empty means upstream. It is one of
	//   - a folder that `streamforge mirror pull` filled,
	//   - the http(s):// address under which such a folder is served,
	//   - an oci:// address below which its charts were put by `helm push`, and its manifests by
	//     `oras push`, one artifact <manifest>:<version> with a layer a file.
	//
	// A relative folder is relative to the program's working directory, which is that of main.go,
	// and stays relative in Pulumi's state, so that two clones of one stack agree. Pulumi starts
	// the provider, which opens the charts, in the same directory.
	Mirror string
}

// fill is the way out that every error about something missing offers.
const fill = "`streamforge mirror pull DIR` fills a mirror, charts.mirror names it"

// chart gives the Release inputs that name the chart, once it is certain that the provider will
// find it: what the provider itself says of a missing chart names neither version nor way out.
func (c Charts) chart(ctx *pulumi.Context, pin pins.Chart) (pulumi.Map, error) {
	source := strings.TrimSuffix(pin.Repo, "/")
	if c.Mirror != "" {
		source = strings.TrimSuffix(c.Mirror, "/")
	}
	archive := pin.Name + "-" + pin.Version + ".tgz"
	inputs := pulumi.Map{"chart": pulumi.String(pin.Name), "version": pulumi.String(pin.Version)}
	switch {
	case strings.HasPrefix(source, "oci://"):
		inputs["chart"] = pulumi.String(source + "/" + pin.Name)
		return inputs, nil
	case strings.Contains(source, "://"):
		inputs["repositoryOpts"] = pulumi.Map{"repo": pulumi.String(source)}
		if c.Mirror == "" {
			return inputs, reachable(ctx.Context(), source+"/index.yaml")
		}
		return inputs, served(ctx.Context(), source+"/"+archive)
	default:
		file := filepath.Join(source, archive)
		inputs["chart"] = pulumi.String(file)
		return inputs, present(file)
	}
}

// present tells whether a file of a folder mirror exists. The error has the whole path, because
// the folder a relative one starts from is the first thing to doubt.
func present(file string) error {
	whole, err := filepath.Abs(file)
	if err == nil {
		_, err = os.Stat(whole)
	}
	if err != nil {
		return fmt.Errorf("not in the mirror: %w; %s", err, fill)
	}
	return nil
}
