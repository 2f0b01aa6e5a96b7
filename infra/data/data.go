// Package data is the layer of event streams and databases.
package data

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/infra/storage"
	"github.com/streamforge/infrastructure/infra/storage/objects"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// Inputs is what the layer needs.
type Inputs struct {
	Charts     kube.Charts
	DNSDomain  string // of the cluster, e.g. cluster.local
	Kafka      config.Kafka
	ArangoDB   config.ArangoDB
	Postgres   config.Postgres
	Classes    storage.Classes
	Objects    objects.Outputs           // where backups go
	Foundation network.FoundationOutputs // signs the servers' certificates
	Web        *network.Web
	Brokers    network.TLSListener // how the LAN reaches Kafka's brokers
	Monitoring *monitoring.Monitoring
	Disposable bool // lets a run delete namespaces, topics and volumes; for sandboxes only
}

// Outputs is what later layers may use.
type Outputs struct {
	Kafka    Kafka
	ArangoDB ArangoDB
	Postgres Postgres
	Ready    []pulumi.Resource
}

type layer struct{ pulumi.ResourceState }

// Deploy declares the layer.
func Deploy(ctx *pulumi.Context, in Inputs, opts ...pulumi.ResourceOption) (Outputs, error) {
	l := &layer{}
	if err := ctx.RegisterComponentResource("streamforge:data:Data", "data", l, opts...); err != nil {
		return Outputs{}, err
	}
	child := pulumi.Parent(l)
	var out Outputs
	services, err := in.services(ctx, child)
	if err != nil {
		return Outputs{}, err
	}
	if out.Kafka, err = kafka(ctx, in, services, child); err != nil {
		return Outputs{}, fmt.Errorf("kafka: %w", err)
	}
	if out.ArangoDB, err = in.arangodb(ctx, child); err != nil {
		return Outputs{}, fmt.Errorf("arangodb: %w", err)
	}
	if out.Postgres, err = in.postgres(ctx, services, child); err != nil {
		return Outputs{}, fmt.Errorf("postgres: %w", err)
	}
	out.Ready = slices.Concat(out.Kafka.Ready, out.ArangoDB.Ready, out.Postgres.Ready)
	return out, ctx.RegisterResourceOutputs(l, pulumi.Map{"bootstrap": pulumi.String(out.Kafka.Bootstrap)})
}

// monitors read metrics, on whichever port.
var monitors = kube.Rule{Peers: kube.In(monitoring.Namespace)}

// namespace makes one of the layer's namespaces.
func (in Inputs) namespace(ctx *pulumi.Context, name string, level kube.PodSecurity,
	child pulumi.ResourceOption) (pulumi.StringInput, error) {
	ns, err := kube.Namespace(ctx, name, level, child, pulumi.Protect(!in.Disposable))
	if err != nil {
		return nil, err
	}
	return ns, nil
}
