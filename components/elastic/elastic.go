package elastic

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// Args configure the cluster and its Kibana.
type Args struct {
	Name          string             // of both objects; their Services, Secrets and pods begin with it
	Namespace     pulumi.StringInput // must exist, may be restricted
	NamespaceName string             // its name, which the certificate has
	NodeSets      []NodeSet
	StorageClass  string // local to the machine: the cluster itself keeps the copies
	Prefixes      []Prefix
	Kibana        Kibana
	Writers       []string // namespaces of the collectors
	Readers       []string // namespaces of those who search, such as Grafana's
	MetricsFrom   string   // namespace that reads the metrics
	OperatorFrom  string   // namespace of the operator
	Disposable    bool     // lets a run delete the cluster, its volumes and its authority; for sandboxes only

	Operator   []pulumi.Resource // the operator's kinds are served
	Storage    []pulumi.Resource // claims of StorageClass are bound
	GatewayAPI []pulumi.Resource // the definition of BackendTLSPolicy
}

// NodeSet is a set of equal servers, each on a machine of its own.
type NodeSet struct {
	Name      string
	Roles     []string // of Elasticsearch, such as master and data; none means all
	Count     int
	DiskGiB   int
	MemoryMiB int // limit; half of it is the heap
	CPUMillis int
}

// Prefix is what the names of some indices begin with: <Name>-<anything>-<day>.
type Prefix struct {
	Name          string
	RetentionDays int // a record stays this long at least, and up to a day longer
}

// Kibana configures the console.
type Kibana struct {
	Replicas  int
	MemoryMiB int
	URL       string // where browsers find it
	// Front is the proxy that lets in whoever single sign-on knows. Nil means that Kibana asks for a
	// user of Elasticsearch itself, and that the ingress controller leads to it.
	Front *Front
	From  string // namespace of the ingress controller; reaches Kibana while there is no Front
}

// Front is an authenticating proxy. Everybody it lets through is UserKibana, without a second login,
// so that nobody else may reach Kibana.
type Front struct {
	Namespace string
	Labels    map[string]string // of its pods
}

// Elastic is the running cluster.
type Elastic struct {
	pulumi.ResourceState
	URL       string                         // https address inside the cluster, without a final slash
	Host      string                         // of URL
	CA        pulumi.StringOutput            // PEM of the authority behind URL's certificate, public
	Passwords map[string]pulumi.StringOutput // by user, secret
	Serving   []pulumi.Resource              // the cluster answers
	Prepared  []pulumi.Resource              // it knows how indices look: logs may come
	Ready     []pulumi.Resource              // besides, Kibana answers and the cluster is measured
	Exporter  pulumi.Resource
}

// Port is that of URL; MetricsPort the name of the exporter's port, without TLS.
const (
	Port        = 9200
	KibanaPort  = 5601
	MetricsPort = "metrics"
)

const (
	transportPort = 9300
	exporterPort  = 9114
)

// KibanaService is the Service of the console, with TLS.
func KibanaService(name string) string { return name + "-kb-http" }

// New declares the cluster and, once it answers, sets it up.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Elastic, error) {
	e := &Elastic{Host: fmt.Sprintf("%s-es-http.%s.svc", a.Name, a.NamespaceName), Passwords: map[string]pulumi.StringOutput{}}
	e.URL = fmt.Sprintf("https://%s:%d", e.Host, Port)
	if err := ctx.RegisterComponentResource("streamforge:observability:Elastic", name, e, opts...); err != nil {
		return nil, fmt.Errorf("elastic %s: %w", name, err)
	}
	authority, err := e.authority(ctx, name, a)
	if err != nil {
		return nil, err
	}
	users, err := e.users(ctx, name, a)
	if err != nil {
		return nil, err
	}
	if err := e.policies(ctx, name, a); err != nil {
		return nil, err
	}
	cluster, err := e.cluster(ctx, name, a, slices.Concat(authority, users))
	if err != nil {
		return nil, err
	}
	e.Serving = []pulumi.Resource{cluster}
	job, err := e.setup(ctx, name, a)
	if err != nil {
		return nil, err
	}
	e.Prepared = []pulumi.Resource{job}
	kibana, err := e.kibana(ctx, name, a)
	if err != nil {
		return nil, err
	}
	if e.Exporter, err = e.exporter(ctx, name, a); err != nil {
		return nil, err
	}
	e.Ready = append(kibana, job, e.Exporter)
	return e, ctx.RegisterResourceOutputs(e, pulumi.Map{"url": pulumi.String(e.URL)})
}

func labels(app string) pulumi.StringMap {
	return pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(app)}
}

// ns is the namespace in the form that objects take.
func (a Args) ns() pulumi.StringPtrInput { return a.Namespace.ToStringOutput().ToStringPtrOutput() }

// policies says who reaches what. Servers talk to each other on the transport port.
func (e *Elastic) policies(ctx *pulumi.Context, name string, a Args) error {
	servers, kibana := kube.Peer{Pods: serverLabels(a.Name)}, kube.Peer{Pods: kibanaLabels(a.Name)}
	names := kube.Rule{UDP: []int{53}, TCP: []int{53}}
	toServers := []kube.Rule{names, {Peers: []kube.Peer{servers}, TCP: []int{Port}}}
	own := []kube.Peer{servers, kibana, {Pods: labels(setupApp(a))}, {Pods: labels(exporterApp(a))}}
	visitors := kube.In(a.Kibana.From)
	if f := a.Kibana.Front; f != nil {
		visitors = []kube.Peer{{Namespace: pulumi.String(f.Namespace), Pods: pulumi.ToStringMap(f.Labels)}}
	}
	for _, p := range []struct {
		name            string
		pods            pulumi.StringMap
		ingress, egress []kube.Rule
	}{
		{a.Name + "-elasticsearch", serverLabels(a.Name), []kube.Rule{
			{Peers: slices.Concat(own, kube.In(a.OperatorFrom), kube.In(a.Writers...), kube.In(a.Readers...)), TCP: []int{Port}},
			{Peers: []kube.Peer{servers}, TCP: []int{transportPort}},
		}, append(slices.Clone(toServers), kube.Rule{Peers: []kube.Peer{servers}, TCP: []int{transportPort}})},
		{a.Name + "-kibana", kibanaLabels(a.Name), []kube.Rule{{Peers: visitors, TCP: []int{KibanaPort}}}, toServers},
		{setupApp(a), labels(setupApp(a)), nil, toServers},
		{exporterApp(a), labels(exporterApp(a)), []kube.Rule{{Peers: kube.In(a.MetricsFrom), TCP: []int{exporterPort}}}, toServers},
	} {
		_, err := kube.NetworkPolicy(ctx, name+"-"+p.name, kube.NetworkPolicyArgs{
			Name: p.name, Namespace: a.Namespace, Pods: p.pods, Ingress: p.ingress, Egress: p.egress,
		}, pulumi.Parent(e))
		if err != nil {
			return err
		}
	}
	return nil
}
