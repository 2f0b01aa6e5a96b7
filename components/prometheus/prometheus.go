// Package prometheus installs what measures the platform: Prometheus with its operator,
// Alertmanager, Grafana, and the exporters of nodes and of Kubernetes' own objects.
package prometheus

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
	"github.com/streamforge/infrastructure/internal/secrets"
)

// Args configure the stack.
type Args struct {
	Charts       kube.Charts
	Namespace    pulumi.StringInput // must exist, privileged: the exporter of nodes reads them from within
	StorageClass string             // ReadWriteOnce
	WebFrom      string             // namespace from which requests for published hosts come
	Prometheus   Server
	Grafana      Grafana
	Alertmanager Alertmanager
	Etcd         pulumi.StringArray // addresses of the machines that run etcd

	Definitions  []pulumi.Resource // of the operator's kinds
	Storage      []pulumi.Resource // StorageClass works
	Certificates []pulumi.Resource // cert-manager signs, for the operator's webhook
}

// Server is Prometheus.
type Server struct {
	URL           string // https address that people use
	DiskGiB       int
	RetentionDays int // what is older goes; sooner when the disk fills up
	MemoryMiB     int
	CPUMillis     int
}

// Grafana is the console.
type Grafana struct {
	URL     string // https address that people use
	DiskGiB int
	Content pulumi.Map        // further values of the chart's key grafana; wins over those of this package
	Before  []pulumi.Resource // which Content names
}

// Alertmanager sends what Prometheus raises.
type Alertmanager struct {
	DiskGiB int
	Mounts  []string          // Secrets that its files are read from
	Before  []pulumi.Resource // those Secrets, and AlertmanagerConfig
}

// Prometheus is the installed stack.
type Prometheus struct {
	pulumi.ResourceState
	Password pulumi.StringOutput // of AdminUser in Grafana, secret
	Ready    []pulumi.Resource   // rules are checked from now on
}

// Names that other parts of the program rely on. The chart derives them from the release's.
const (
	AdminUser      = "admin"
	Release        = "kube-prometheus-stack"
	Service        = Release + "-prometheus"
	Port           = 9090
	GrafanaService = Release + "-grafana"
	GrafanaPort    = 80

	// WebhookPort is the operator's, as the chart has it.
	WebhookPort = 10250

	// AlertmanagerConfig is the Secret that the configuration is read from, with key alertmanager.yaml.
	AlertmanagerConfig = "alertmanager-" + Release + "-alertmanager"

	grafanaTarget = 3000 // of the pod
	adminSecret   = "grafana-admin"
	userKey       = "admin-user"
	passwordKey   = "admin-password"
)

// New installs the chart. name is that of the component; the release has one name always.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Prometheus, error) {
	p := &Prometheus{}
	if err := ctx.RegisterComponentResource("streamforge:observability:Prometheus", name, p, opts...); err != nil {
		return nil, fmt.Errorf("prometheus %s: %w", name, err)
	}
	child := pulumi.Parent(p)
	var err error
	if p.Password, err = secrets.Password(ctx, "grafana-admin-password", child); err != nil {
		return nil, err
	}
	admin, err := kube.Secret(ctx, adminSecret, kube.SecretArgs{
		Namespace: a.Namespace, Data: pulumi.StringMap{userKey: pulumi.String(AdminUser), passwordKey: p.Password},
	}, child)
	if err != nil {
		return nil, err
	}
	closed, err := p.policies(ctx, a, child)
	if err != nil {
		return nil, err
	}
	release, err := a.Charts.Release(ctx, Release, pins.KubePrometheusStack, kube.ReleaseArgs{
		Namespace: a.Namespace, Values: values(a),
		SkipCRDs: true, // every layer before this one has monitors
		Timeout:  kube.VolumePatience,
	}, child, kube.After(admin), kube.After(closed...), kube.After(a.Definitions...), kube.After(a.Storage...),
		kube.After(a.Certificates...), kube.After(a.Grafana.Before...), kube.After(a.Alertmanager.Before...))
	if err != nil {
		return nil, err
	}
	p.Ready = []pulumi.Resource{release}
	return p, ctx.RegisterResourceOutputs(p, pulumi.Map{})
}

// policies close the three servers but to each other and to those who serve people: neither
// Prometheus nor Alertmanager asks anybody who he is.
func (p *Prometheus) policies(ctx *pulumi.Context, a Args, child pulumi.ResourceOption) (all []pulumi.Resource, err error) {
	web := kube.Rule{Peers: kube.In(a.WebFrom)}
	for _, server := range []struct {
		name string
		web  int // port for people; 0 means none
	}{{"prometheus", Port}, {"grafana", grafanaTarget}, {"alertmanager", 0}} {
		rules := []kube.Rule{{Peers: []kube.Peer{{}}}}
		if server.web != 0 {
			web.TCP = []int{server.web}
			rules = append(rules, web)
		}
		policy, err := kube.NetworkPolicy(ctx, "monitoring-"+server.name, kube.NetworkPolicyArgs{
			Name: server.name, Namespace: a.Namespace, Ingress: rules,
			Pods: pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(server.name)},
		}, child)
		if err != nil {
			return nil, err
		}
		all = append(all, policy)
	}
	return all, nil
}
