package observability

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/grafana"
	"github.com/streamforge/infrastructure/infra/data"
	"github.com/streamforge/infrastructure/stacks/config"
)

// sources lists the data sources that are not the chart's own: the logs, and every database that
// Grafana's reader reads. It lets namespace, Grafana's, reach the databases' servers.
func (s Shown) sources(ctx *pulumi.Context, namespace string, child pulumi.ResourceOption) (all []grafana.Source, err error) {
	if s.Logs != nil {
		all = append(all, grafana.Logs(*s.Logs))
	}
	for _, read := range s.Postgres.Reads(config.GrafanaReader) {
		c, err := s.Postgres.Connect(ctx, data.PostgresClient{
			Cluster: read.Cluster, Database: read.Database, User: config.GrafanaReader, Namespace: namespace,
		}, child)
		if err != nil {
			return nil, err
		}
		all = append(all, grafana.Database(grafana.Postgres{
			Cluster: read.Cluster, Database: read.Database, Version: read.Version,
			Address: fmt.Sprintf("%s:%d", c.Host, c.Port), User: c.User, Password: c.Password, CA: c.CA,
		}))
	}
	return all, nil
}
