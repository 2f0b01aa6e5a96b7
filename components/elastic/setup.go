package elastic

import (
	_ "embed" // setup.sh

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

//go:embed setup.sh
var script string

const scriptKey = "setup.sh"

func setupApp(a Args) string { return a.Name + "-setup" }

// setup makes templates, life cycles and whatever else the script sets.
func (e *Elastic) setup(ctx *pulumi.Context, name string, a Args) (pulumi.Resource, error) {
	files, err := plan(a)
	if err != nil {
		return nil, err
	}
	app := setupApp(a)
	return kube.Upkeep(ctx, name+"-setup", kube.UpkeepArgs{
		App: app, Namespace: a.Namespace, Labels: labels(app), Files: files, Settings: []string{pins.Curl},
		Deadline: 1200, Minute: 17, Running: e.Serving,
		Pod: func(configMap string) kube.Pod { return setupPod(e.URL, configMap, a) },
	}, pulumi.Parent(e))
}
