// Package fluentbit collects the logs of every node and hands them to Elasticsearch.
package fluentbit

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Args configure the collectors.
type Args struct {
	Charts        kube.Charts
	Namespace     pulumi.StringInput // must exist and allow privileged pods: they mount folders of the node
	Prefixes      []Prefix           // exactly one has no namespaces
	Elasticsearch Elasticsearch
	MetricsFrom   string // namespace that reads the metrics; nobody else reaches the collectors
	BufferMiB     int    // what each node keeps on its disk while Elasticsearch is away, at least 64
}

// Prefix says where the logs of some namespaces go: to indices <Name>-<container>-<day>, or
// <Name>-<namespace>-<day>.
type Prefix struct {
	Name         string   // lower-case letters, digits and dashes; no name of Elasticsearch's own templates
	Namespaces   []string // none means every namespace that no other prefix names, and the nodes' own logs
	PerNamespace bool     // one index for all containers of a namespace, instead of one for each container
}

func (p Prefix) per() string {
	if p.PerNamespace {
		return "namespace"
	}
	return "container"
}

// Elasticsearch is where the logs go.
type Elasticsearch struct {
	Host     string             // name that the certificate has
	Port     int                // with TLS
	User     string             // may add documents to the prefixes' indices and make those
	Password pulumi.StringInput // secret
	CA       pulumi.StringInput // PEM of the authority behind the certificate
	Ready    []pulumi.Resource  // it lets User in, and knows the indices' template
}

// FluentBit is the running collectors.
type FluentBit struct {
	pulumi.ResourceState
	Ready []pulumi.Resource // a collector runs on every node
}

// What the collectors serve metrics by.
const (
	MetricsPort = "http" // name of the Service's port
	MetricsPath = "/api/v2/metrics/prometheus"
)

const (
	loginSecret = "fluent-bit-login"
	passwordKey = "password"
	authority   = "elasticsearch-ca"
	caKey       = "ca.crt"
	port        = 2020
)

// Labels select the collectors' Service and their pods.
func Labels() map[string]string { return map[string]string{"app.kubernetes.io/name": "fluent-bit"} }

// New installs the chart.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*FluentBit, error) {
	f := &FluentBit{}
	if err := ctx.RegisterComponentResource("streamforge:observability:FluentBit", name, f, opts...); err != nil {
		return nil, fmt.Errorf("fluent bit %s: %w", name, err)
	}
	child := pulumi.Parent(f)
	login, err := kube.Secret(ctx, name+"-login", kube.SecretArgs{
		Name: loginSecret, Namespace: a.Namespace, Data: pulumi.StringMap{passwordKey: a.Elasticsearch.Password},
	}, child)
	if err != nil {
		return nil, err
	}
	ca, err := kube.ConfigMap(ctx, name+"-ca", kube.ConfigMapArgs{
		Name: authority, Namespace: a.Namespace, Data: pulumi.StringMap{caKey: a.Elasticsearch.CA},
	}, child)
	if err != nil {
		return nil, err
	}
	policy, err := kube.NetworkPolicy(ctx, name, kube.NetworkPolicyArgs{
		Name: "fluent-bit", Namespace: a.Namespace, Pods: pulumi.ToStringMap(Labels()),
		Ingress: []kube.Rule{{Peers: kube.In(a.MetricsFrom), TCP: []int{port}}},
	}, child)
	if err != nil {
		return nil, err
	}
	release, err := a.Charts.Release(ctx, name, pins.FluentBit, kube.ReleaseArgs{
		Namespace: a.Namespace, Values: values(a),
	}, child, kube.After(login, ca, policy), kube.After(a.Elasticsearch.Ready...))
	if err != nil {
		return nil, err
	}
	f.Ready = []pulumi.Resource{release}
	return f, ctx.RegisterResourceOutputs(f, pulumi.Map{})
}
