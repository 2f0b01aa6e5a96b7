package data

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/arangodb"
	"github.com/streamforge/infrastructure/components/keda"
	"github.com/streamforge/infrastructure/components/postgres"
	"github.com/streamforge/infrastructure/components/strimzi"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
)

// scrape has targets of one namespace watched, all of them pods.
func (in Inputs) scrape(ctx *pulumi.Context, system string, ns pulumi.StringInput, child pulumi.ResourceOption, targets ...monitoring.Target) error {
	for _, t := range targets {
		t.Namespace, t.Pods = ns, true
		if _, err := in.Monitoring.Scrape(ctx, system, t, child); err != nil {
			return err
		}
	}
	return nil
}

// watchKafka has the operators watched, and everything that they run. Kafka UI is not: its metrics
// lie behind its login form.
func (in Inputs) watchKafka(ctx *pulumi.Context, m KafkaMetrics, child pulumi.ResourceOption) error {
	kinds := map[string][]string{m.Label: m.Values}
	if err := in.scrape(ctx, "kafka", m.Namespace, child, monitoring.Target{
		LabelIn: kinds, Endpoints: []monitoring.Endpoint{{Port: m.Port}},
	}); err != nil {
		return err
	}
	return in.scrape(ctx, "strimzi", m.Namespace, child,
		monitoring.Target{
			Labels: map[string]string{m.Label: strimzi.OperatorKind}, Endpoints: []monitoring.Endpoint{{Port: strimzi.OperatorPort}},
		},
		monitoring.Target{
			Name: "strimzi-entities", Labels: map[string]string{"app.kubernetes.io/name": strimzi.EntitiesName},
			Endpoints: []monitoring.Endpoint{{Port: strimzi.EntitiesPort}},
		})
}

// watchScalers has KEDA watched. Its three workloads name the one port differently.
func (in Inputs) watchScalers(ctx *pulumi.Context, ns pulumi.StringInput, child pulumi.ResourceOption) error {
	return in.scrape(ctx, "keda", ns, child, monitoring.Target{
		LabelIn: map[string][]string{"app": keda.Workloads()}, Endpoints: []monitoring.Endpoint{{Number: keda.MetricsPort}},
	})
}

// watchPostgres has Patroni watched, which runs every instance and knows who leads, who follows and
// how far behind: an exporter would be one more container with a login of its own on each, and what
// the server itself counts is in a data source of Grafana.
func (in Inputs) watchPostgres(ctx *pulumi.Context, ns pulumi.StringInput, child pulumi.ResourceOption) error {
	return in.scrape(ctx, "postgres", ns, child, monitoring.Target{
		Labels: postgres.PodLabels(), Endpoints: []monitoring.Endpoint{{Number: postgres.MetricsPort}},
	})
}

// watchArangoDB has the exporters beside the servers watched, and the operator, whose certificate is
// of its own making.
func (in Inputs) watchArangoDB(ctx *pulumi.Context, ns pulumi.StringInput, cluster string, child pulumi.ResourceOption) error {
	return in.scrape(ctx, "arangodb", ns, child,
		monitoring.Target{Labels: arangodb.ExporterPods(cluster), Endpoints: []monitoring.Endpoint{{Port: arangodb.ExporterPort}}},
		monitoring.Target{
			Name: "arangodb-operator", Labels: map[string]string{"app.kubernetes.io/name": "kube-arangodb"},
			Endpoints: []monitoring.Endpoint{{Port: arangodb.OperatorPort, HTTPS: &monitoring.TLS{Unverified: true}}},
		})
}
