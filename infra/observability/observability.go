// Package observability is the layer that measures the platform and shows it. It stands late: by
// then every layer has said what of it is scraped.
package observability

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/prometheus"
	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/infra/security"
	"github.com/streamforge/infrastructure/infra/storage"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// Inputs is what the layer needs.
type Inputs struct {
	Charts        kube.Charts
	Section       config.Monitoring
	Alerting      config.Alerting
	TelegramToken pulumi.StringOutput // used only when a receiver has a chat
	ControlPlane  pulumi.StringArray  // addresses of the machines that run etcd
	Monitoring    *monitoring.Monitoring
	Classes       storage.Classes
	Foundation    network.FoundationOutputs
	Web           *network.Web
	Shown         Shown
	Login         *security.Login // of Grafana; nil means that only its admin logs in
	Mail          security.Mail   // takes the mail of Alertmanager and Grafana
	Disposable    bool            // lets a run delete the namespace and what was measured; for sandboxes only
}

// Outputs is what people and later layers may use.
type Outputs struct {
	GrafanaURL         string
	GrafanaPassword    pulumi.StringOutput // of user admin, secret
	PrometheusURL      string
	PrometheusPassword pulumi.StringOutput // of user admin, secret
	Ready              []pulumi.Resource
}

type layer struct{ pulumi.ResourceState }

// visitors are the stack's own parts, and the API server, which asks the operator about rules. Who
// serves people has a policy of its own.
var visitors = []kube.Rule{{Peers: []kube.Peer{{}}}, {TCP: []int{prometheus.WebhookPort}}}

// Deploy declares the layer.
func Deploy(ctx *pulumi.Context, in Inputs, opts ...pulumi.ResourceOption) (Outputs, error) {
	l := &layer{}
	if err := ctx.RegisterComponentResource("streamforge:observability:Observability", "observability", l, opts...); err != nil {
		return Outputs{}, err
	}
	child := pulumi.Parent(l)
	// The exporter of nodes uses the host's network and mounts its root.
	ns, err := kube.Namespace(ctx, monitoring.Namespace, kube.Privileged, child, pulumi.Protect(!in.Disposable))
	if err != nil {
		return Outputs{}, err
	}
	if _, err := kube.DefaultDeny(ctx, monitoring.Namespace, ns, visitors, child); err != nil {
		return Outputs{}, err
	}
	stack, err := in.stack(ctx, ns, child)
	if err != nil {
		return Outputs{}, err
	}
	out := Outputs{GrafanaPassword: stack.Password, Ready: slices.Clone(stack.Ready)}
	in.Monitoring.Brought(BroughtByChart...)
	// After the release: its operator checks them.
	said, err := rules(ctx, in.Monitoring.Systems(), ns, child, kube.After(stack.Ready...))
	if err != nil {
		return Outputs{}, fmt.Errorf("rules: %w", err)
	}
	out.Ready = append(out.Ready, said...)
	if err := in.publish(ctx, ns, &out, child); err != nil {
		return Outputs{}, err
	}
	return out, ctx.RegisterResourceOutputs(l, pulumi.Map{
		"grafana": pulumi.String(out.GrafanaURL), "prometheus": pulumi.String(out.PrometheusURL),
	})
}

// stack declares Alertmanager's configuration, what Grafana shows, and the chart that runs both.
func (in Inputs) stack(ctx *pulumi.Context, ns pulumi.StringInput, child pulumi.ResourceOption) (*prometheus.Prometheus, error) {
	told, err := alerting(ctx, in.Alerting, in.Mail, in.TelegramToken, ns, child)
	if err != nil {
		return nil, err
	}
	shown, err := in.console(ctx, monitoring.Namespace, ns, child)
	if err != nil {
		return nil, err
	}
	p := in.Section.Prometheus
	return prometheus.New(ctx, "prometheus", prometheus.Args{
		Charts: in.Charts, Namespace: ns, StorageClass: in.Classes.Replicated.Name, WebFrom: network.WebNamespace, Etcd: in.ControlPlane,
		Prometheus: prometheus.Server{
			URL: "https://" + in.Web.Host(prometheusHost), DiskGiB: p.DiskGiB, RetentionDays: p.RetentionDays,
			MemoryMiB: p.MemoryMiB, CPUMillis: p.CPUMillis,
		},
		Grafana: prometheus.Grafana{
			URL: "https://" + in.Web.Host(grafanaHost), DiskGiB: in.Section.Grafana.DiskGiB,
			Content: shown.Values, Before: shown.Before,
		},
		Alertmanager: prometheus.Alertmanager{
			DiskGiB: in.Section.Alertmanager.DiskGiB, Mounts: told.Mounts, Before: told.Ready,
		},
		Definitions: in.Monitoring.Ready, Storage: in.Classes.Replicated.Ready, Certificates: in.Foundation.Certificates,
	}, child)
}

const prometheusHost, grafanaHost = "prometheus", "grafana"

// publish leads people to Grafana, which asks for a login, and to Prometheus, which does not.
func (in Inputs) publish(ctx *pulumi.Context, ns pulumi.StringInput, out *Outputs, child pulumi.ResourceOption) error {
	g, err := in.Web.Publish(ctx, in.Web.Host(grafanaHost), network.Backend{
		Namespace: ns, Service: prometheus.GrafanaService, Port: prometheus.GrafanaPort,
	}, child)
	if err != nil {
		return err
	}
	p, err := in.Web.Publish(ctx, in.Web.Host(prometheusHost), network.Backend{
		Namespace: ns, Service: prometheus.Service, Port: prometheus.Port, Login: true,
	}, child)
	if err != nil {
		return err
	}
	out.GrafanaURL, out.PrometheusURL, out.PrometheusPassword = g.URL, p.URL, p.Password
	out.Ready = slices.Concat(out.Ready, g.Ready, p.Ready)
	return nil
}
