// Package grafana holds what Grafana shows: the platform's dashboards and its data sources. Grafana
// itself comes with the chart of Prometheus, which takes the values from here.
package grafana

import (
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// How Grafana finds dashboards: ConfigMaps of any namespace with this label. Services bring their
// own the same way.
const (
	DashboardLabel      = "grafana_dashboard"
	DashboardLabelValue = "1"
	FolderAnnotation    = "grafana_folder"
	Folder              = "Platform" // of the platform's own dashboards

	passwords = "grafana-sources" // Secret with the data sources' passwords
)

// Args say what Grafana shows.
type Args struct {
	Namespace pulumi.StringInput // of Grafana
	Sources   []Source
	SSO       *SSO  // nil means that only the chart's admin logs in
	Mail      *Mail // nil means that it sends none
}

// Content is what Grafana shows.
type Content struct {
	pulumi.ResourceState
	// Values are those of the chart's key grafana that make it find all of this; the caller adds what
	// runs Grafana, such as its volume and its address.
	Values pulumi.Map
	Before []pulumi.Resource // the chart's release waits for these: its pod reads them when it starts
	Ready  []pulumi.Resource // all of it
}

// New declares the dashboards and the passwords of the data sources. It comes before the chart.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Content, error) {
	c := &Content{Values: values(a)}
	if err := ctx.RegisterComponentResource("streamforge:observability:Grafana", name, c, opts...); err != nil {
		return nil, fmt.Errorf("grafana %s: %w", name, err)
	}
	child := pulumi.Parent(c)
	rights, err := access(ctx, name, a, child)
	if err != nil {
		return nil, err
	}
	c.Before = append(c.Before, rights)
	if len(a.Sources) > 0 {
		secret, err := environment(ctx, name, a, child)
		if err != nil {
			return nil, err
		}
		c.Before = append(c.Before, secret)
	}
	if err := c.login(ctx, name, a, child); err != nil {
		return nil, err
	}
	c.Ready = append(c.Ready, c.Before...)
	dashboards, err := Dashboards()
	if err != nil {
		return nil, err
	}
	for _, d := range dashboards {
		object, err := configMap(ctx, name, d, a.Namespace, child)
		if err != nil {
			return nil, err
		}
		c.Ready = append(c.Ready, object)
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"dashboards": pulumi.Int(len(dashboards))})
}

func configMap(ctx *pulumi.Context, name string, d Dashboard, ns pulumi.StringInput, child pulumi.ResourceOption) (pulumi.Resource, error) {
	object := "dashboard-" + d.UID
	return kube.ConfigMap(ctx, name+"-"+object, kube.ConfigMapArgs{
		Name: object, Namespace: ns,
		Labels:      pulumi.StringMap{DashboardLabel: pulumi.String(DashboardLabelValue)},
		Annotations: pulumi.StringMap{FolderAnnotation: pulumi.String(Folder)},
		Data:        pulumi.StringMap{d.UID + ".json": pulumi.String(d.JSON)},
	}, child)
}

func environment(ctx *pulumi.Context, name string, a Args, child pulumi.ResourceOption) (pulumi.Resource, error) {
	data := pulumi.StringMap{}
	for _, s := range a.Sources {
		data[s.variable()] = s.password
	}
	return kube.Secret(ctx, name+"-sources", kube.SecretArgs{Name: passwords, Namespace: a.Namespace, Data: data}, child)
}

// values of the chart's key grafana.
func values(a Args) pulumi.Map {
	all := pulumi.Array{}
	for _, s := range a.Sources {
		source := pulumi.Map{"uid": pulumi.String(s.UID), "name": pulumi.String(s.Name), "editable": pulumi.Bool(false)}
		for key, value := range s.definition {
			source[key] = value
		}
		all = append(all, source)
	}
	v := pulumi.Map{
		// Reloader restarts the pod when what it reads at its start changes.
		"annotations":           pulumi.Map{"reloader.stakater.com/auto": pulumi.String("true")},
		"additionalDataSources": all,
		"rbac":                  pulumi.Map{"create": pulumi.Bool(false)}, // see access
		"serviceAccount":        pulumi.Map{"name": pulumi.String(account)},
		"sidecar": pulumi.Map{
			"dashboards": pulumi.Map{
				"resource": pulumi.String("configmap"), // by default Secrets as well, which they may not read
				"label":    pulumi.String(DashboardLabel), "labelValue": pulumi.String(DashboardLabelValue),
				"folderAnnotation": pulumi.String(FolderAnnotation), "searchNamespace": pulumi.String("ALL"),
				"provider": pulumi.Map{"foldersFromFilesStructure": pulumi.Bool(true), "allowUiUpdates": pulumi.Bool(false)},
			},
			// Dashboards refer to these two.
			"datasources": pulumi.Map{
				"resource": pulumi.String("configmap"), "uid": pulumi.String(PrometheusUID), "alertmanager": pulumi.Map{"uid": pulumi.String(AlertsUID)},
			},
		},
	}
	environment := pulumi.Array{}
	if len(a.Sources) > 0 {
		environment = append(environment, pulumi.Map{"name": pulumi.String(passwords)})
	}
	if a.SSO != nil {
		environment = append(environment, pulumi.Map{"name": pulumi.String(loginObject)})
	}
	if len(environment) > 0 {
		v["envFromSecrets"] = environment
	}
	return v
}

// version is how Grafana writes a major version of PostgreSQL: 17 is 1700.
func version(major string) int {
	n, _ := strconv.Atoi(major) // the configuration knows only whole numbers
	return n * 100
}
