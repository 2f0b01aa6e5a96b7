package network

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/infra/observability/monitoring"
)

// Of each chart's pods that serve metrics: a label that all have, and the name of their port. The
// names are the charts' own, in the templates of the workloads.
var (
	balancerPods = monitoring.Target{Pods: true, Labels: name("metallb"), Endpoints: port("monitoring")}
	issuerPods   = monitoring.Target{
		Pods: true, Endpoints: port("http-metrics"),
		LabelIn: map[string][]string{"app.kubernetes.io/component": {"controller", "cainjector", "webhook"}},
	}
	traefikPods = monitoring.Target{Pods: true, Labels: name("traefik"), Endpoints: port("metrics")}
	nginxPods   = monitoring.Target{Pods: true, Labels: name("ingress-nginx"), Endpoints: port("metrics")}
)

func name(of string) map[string]string { return map[string]string{"app.kubernetes.io/name": of} }

func port(name string) []monitoring.Endpoint { return []monitoring.Endpoint{{Port: name}} }

// scrape has the pods of a system in its namespace watched.
func scrape(ctx *pulumi.Context, m *monitoring.Monitoring, system string, namespace pulumi.StringInput, pods monitoring.Target,
	child pulumi.ResourceOption) error {
	pods.Namespace = namespace
	_, err := m.Scrape(ctx, system, pods, child)
	return err
}
