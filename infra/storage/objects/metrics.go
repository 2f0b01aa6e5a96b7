package objects

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/minio"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
)

// watch has the store scraped.
func (in Inputs) watch(ctx *pulumi.Context, ns pulumi.StringInput, m Metrics, child pulumi.ResourceOption) error {
	_, err := in.Monitoring.Scrape(ctx, "minio", monitoring.Target{
		Namespace: ns, Labels: m.Labels,
		Endpoints: []monitoring.Endpoint{{Port: m.Port, Path: m.Path, HTTPS: &monitoring.TLS{
			CAConfigMap: minio.CAConfigMap, CAKey: minio.KeyCA, ServerName: minio.Service + "." + m.Namespace + ".svc",
		}}},
	}, child)
	return err
}
