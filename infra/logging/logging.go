// Package logging is the layer of logs: what collects them, where they lie, and where people search.
package logging

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/elastic"
	"github.com/streamforge/infrastructure/components/fluentbit"
	"github.com/streamforge/infrastructure/components/grafana"
	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/infra/storage"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// Inputs is what the layer needs.
type Inputs struct {
	Charts     kube.Charts
	Logging    config.Logging
	Classes    storage.Classes
	Foundation network.FoundationOutputs
	Web        *network.Web
	Monitoring *monitoring.Monitoring
	Disposable bool // lets a run delete namespaces and logs; for sandboxes only
	// Front is the proxy of single sign-on before Kibana, which is then published instead of Kibana.
	// Nil means that Kibana itself asks for user kibana of Elasticsearch.
	Front *Front
}

// Front is an authenticating proxy in a namespace of its own.
type Front struct {
	Namespace string
	Labels    map[string]string // of its pods
}

// Outputs is what later layers may use.
type Outputs struct {
	Source    grafana.Elasticsearch // the cluster as Grafana sees it, with a user that searches and no more
	CA        pulumi.StringOutput   // PEM of the authority behind Elasticsearch and Kibana, public
	Kibana    Kibana
	Namespace pulumi.StringInput // of both
	Ready     []pulumi.Resource  // logs are taken in and can be searched
}

// Kibana is the console.
type Kibana struct {
	URL    string // for browsers
	Inside string // https address inside the cluster; Outputs.CA verifies it
}

const (
	cluster            = "logs"
	namespace          = "logging"
	operatorNamespace  = "elastic-system"
	collectorNamespace = "fluent-bit"
	kibanaHost         = "kibana"
)

type layer struct{ pulumi.ResourceState }

// Deploy declares the layer.
func Deploy(ctx *pulumi.Context, in Inputs, opts ...pulumi.ResourceOption) (Outputs, error) {
	l := &layer{}
	if err := ctx.RegisterComponentResource("streamforge:observability:Logging", "logging", l, opts...); err != nil {
		return Outputs{}, err
	}
	child := pulumi.Parent(l)
	ns, err := in.closed(ctx, namespace, kube.Restricted, child)
	if err != nil {
		return Outputs{}, err
	}
	store, err := in.store(ctx, ns, child)
	if err != nil {
		return Outputs{}, err
	}
	collectors, err := in.collectors(ctx, store, child)
	if err != nil {
		return Outputs{}, err
	}
	service := elastic.KibanaService(cluster)
	out := Outputs{
		CA: store.CA, Namespace: ns, Source: grafana.Elasticsearch{
			URL: store.URL, CA: store.CA, User: elastic.UserGrafana, Password: store.Passwords[elastic.UserGrafana],
			Index: strings.Join(elastic.Patterns(in.prefixes()), ","),
		},
		Kibana: Kibana{
			URL:    "https://" + in.Web.Host(kibanaHost),
			Inside: fmt.Sprintf("https://%s.%s.svc:%d", service, namespace, elastic.KibanaPort),
		},
		Ready: slices.Concat(store.Ready, collectors),
	}
	if in.Front == nil {
		published, err := in.Web.Publish(ctx, in.Web.Host(kibanaHost), network.Backend{
			Namespace: ns, Service: service, Port: elastic.KibanaPort,
		}, child)
		if err != nil {
			return Outputs{}, err
		}
		out.Ready = append(out.Ready, published.Ready...)
	}
	return out, ctx.RegisterResourceOutputs(l, pulumi.Map{"url": pulumi.String(store.URL), "kibana": pulumi.String(out.Kibana.URL)})
}

// store declares the operator, the cluster, and what of them is scraped.
func (in Inputs) store(ctx *pulumi.Context, ns pulumi.StringInput, child pulumi.ResourceOption) (*elastic.Elastic, error) {
	operators, err := in.closed(ctx, operatorNamespace, kube.Restricted, child)
	if err != nil {
		return nil, err
	}
	operator, err := elastic.NewOperator(ctx, "elastic-operator", elastic.OperatorArgs{
		Charts: in.Charts, Namespace: operators, Watches: []string{namespace}, MetricsFrom: monitoring.Namespace,
	}, child)
	if err != nil {
		return nil, err
	}
	store, err := elastic.New(ctx, cluster, in.cluster(ns, operator), child)
	if err != nil {
		return nil, err
	}
	for system, t := range map[string]monitoring.Target{
		"eck": {
			Namespace: operators, Labels: elastic.OperatorLabels(), Endpoints: []monitoring.Endpoint{{Port: elastic.OperatorMetricsPort}},
		},
		"elasticsearch": {
			Namespace: ns, Labels: elastic.ExporterLabels(cluster), Endpoints: []monitoring.Endpoint{{Port: elastic.MetricsPort}},
		},
	} {
		t.Pods = true
		if _, err := in.Monitoring.Scrape(ctx, system, t, child); err != nil {
			return nil, err
		}
	}
	return store, nil
}

func (in Inputs) cluster(ns pulumi.StringInput, operator *elastic.Operator) elastic.Args {
	k := in.Logging.Kibana
	a := elastic.Args{
		Name: cluster, Namespace: ns, NamespaceName: namespace, StorageClass: in.Classes.Local.Name, Prefixes: in.prefixes(),
		Kibana: elastic.Kibana{
			Replicas: k.Replicas, MemoryMiB: k.MemoryMiB, URL: "https://" + in.Web.Host(kibanaHost), From: network.WebNamespace,
		},
		Writers: []string{collectorNamespace}, Readers: []string{monitoring.Namespace}, MetricsFrom: monitoring.Namespace,
		OperatorFrom: operatorNamespace, Disposable: in.Disposable,
		Operator: operator.Ready, Storage: in.Classes.Local.Ready, GatewayAPI: in.Foundation.Definitions,
	}
	if in.Front != nil {
		front := elastic.Front(*in.Front)
		a.Kibana.Front = &front
	}
	for _, n := range in.Logging.NodeSets {
		a.NodeSets = append(a.NodeSets, elastic.NodeSet(n))
	}
	return a
}

func (in Inputs) prefixes() (all []elastic.Prefix) {
	for _, p := range in.Logging.Prefixes {
		all = append(all, elastic.Prefix{Name: p.Name, RetentionDays: p.RetentionDays})
	}
	return all
}

// collectors declares Fluent Bit in a namespace of its own, the only one here that may mount folders
// of the machines.
func (in Inputs) collectors(ctx *pulumi.Context, store *elastic.Elastic, child pulumi.ResourceOption) ([]pulumi.Resource, error) {
	ns, err := in.closed(ctx, collectorNamespace, kube.Privileged, child)
	if err != nil {
		return nil, err
	}
	a := fluentbit.Args{
		Charts: in.Charts, Namespace: ns, MetricsFrom: monitoring.Namespace, BufferMiB: in.Logging.BufferMiB,
		Elasticsearch: fluentbit.Elasticsearch{
			Host: store.Host, Port: elastic.Port, User: elastic.UserCollector, Password: store.Passwords[elastic.UserCollector],
			CA: store.CA, Ready: store.Prepared,
		},
	}
	for _, p := range in.Logging.Prefixes {
		a.Prefixes = append(a.Prefixes, fluentbit.Prefix{Name: p.Name, Namespaces: p.Namespaces, PerNamespace: p.PerNamespace})
	}
	bits, err := fluentbit.New(ctx, "fluent-bit", a, child)
	if err != nil {
		return nil, err
	}
	_, err = in.Monitoring.Scrape(ctx, "fluent-bit", monitoring.Target{
		Namespace: ns, Labels: fluentbit.Labels(), Endpoints: []monitoring.Endpoint{{Port: fluentbit.MetricsPort, Path: fluentbit.MetricsPath}},
	}, child)
	if err != nil {
		return nil, err
	}
	return bits.Ready, nil
}
