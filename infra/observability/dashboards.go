package observability

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/grafana"
	"github.com/streamforge/infrastructure/infra/data"
)

// Shown is what Grafana can show besides metrics.
type Shown struct {
	Logs     *grafana.Elasticsearch // nil means that no logs are kept
	Postgres data.Postgres          // its reader config.GrafanaReader says which databases
}

// content declares dashboards and data sources. The chart's release takes Values under its key
// grafana and waits for Before. ns is the namespace of that name, where Grafana runs.
//
// People log in as the chart's admin until Keycloak is there: single sign-on is one more entry of
// the values, `grafana.ini` with auth.generic_oauth, and belongs beside these.
func (s Shown) content(ctx *pulumi.Context, namespace string, ns pulumi.StringInput, child pulumi.ResourceOption) (*grafana.Content, error) {
	sources, err := s.sources(ctx, namespace, child)
	if err != nil {
		return nil, fmt.Errorf("data sources of Grafana: %w", err)
	}
	return grafana.New(ctx, "grafana", grafana.Args{Namespace: ns, Sources: sources}, child)
}
