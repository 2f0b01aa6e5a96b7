// Package mailrelay takes mail from the platform's systems and hands it to the one server outside
// that delivers it.
package mailrelay

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Args configure the relay.
type Args struct {
	Charts       kube.Charts
	Namespace    pulumi.StringInput // takes the baseline standard: the image starts as root
	Hostname     string             // how it introduces itself, a full name
	SmartHost    SmartHost
	Senders      []string // domains whose addresses it sends from
	Networks     []string // CIDRs that it takes mail from
	Clients      []string // namespaces that reach it
	Scraper      string   // namespace that metrics are read from
	StorageClass string   // of the queue
	DiskGiB      int
	MessageMiB   int
	// ExporterTag is the tag of the metrics exporter's image; empty means that there is none: its
	// makers publish only tags that move.
	ExporterTag string

	Ready []pulumi.Resource // StorageClass works
}

// SmartHost is the server that delivers.
type SmartHost struct {
	Host     string
	Port     int
	CA       string             // PEM of the authority behind its certificate; empty means the public ones
	User     string             // empty means that it asks for no login
	Password pulumi.StringInput // secret; used with User
}

// Relay is the running relay.
type Relay struct {
	pulumi.ResourceState
	Host  string // inside the cluster; takes mail without a login
	Port  int
	Ready []pulumi.Resource
}

const (
	port         = 587
	exporterPort = 9154
	passwordKey  = "RELAYHOST_PASSWORD"
	// policyLevel: the connection is encrypted, and the certificate must be one for the host.
	policyLevel = "secure"

	publicCAs        = "/etc/ssl/certs/ca-certificates.crt" // of the image
	caFolder, caFile = "/etc/smarthost", "ca.crt"
)

// New installs the chart. namespace is the name of Namespace.
func New(ctx *pulumi.Context, name, namespace string, a Args, opts ...pulumi.ResourceOption) (*Relay, error) {
	r := &Relay{Host: name + "." + namespace + ".svc", Port: port}
	if err := ctx.RegisterComponentResource("streamforge:security:Mailrelay", name, r, opts...); err != nil {
		return nil, fmt.Errorf("mailrelay %s: %w", name, err)
	}
	child := pulumi.Parent(r)
	var before []pulumi.Resource
	if a.SmartHost.User != "" {
		secret, err := kube.Secret(ctx, name+"-login", kube.SecretArgs{
			Name: login(name), Namespace: a.Namespace, Data: pulumi.StringMap{passwordKey: a.SmartHost.Password},
		}, child)
		if err != nil {
			return nil, err
		}
		before = append(before, secret)
	}
	if a.SmartHost.CA != "" {
		ca, err := kube.ConfigMap(ctx, name+"-ca", kube.ConfigMapArgs{
			Name: authority(name), Namespace: a.Namespace, Data: pulumi.StringMap{caFile: pulumi.String(a.SmartHost.CA)},
		}, child)
		if err != nil {
			return nil, err
		}
		before = append(before, ca)
	}
	policy, err := kube.NetworkPolicy(ctx, name, kube.NetworkPolicyArgs{
		Namespace: a.Namespace, Pods: pulumi.StringMap{"app.kubernetes.io/instance": pulumi.String(name)},
		Ingress: ingress(a),
	}, child)
	if err != nil {
		return nil, err
	}
	release, err := a.Charts.Release(ctx, name, pins.Mail, kube.ReleaseArgs{
		Namespace: a.Namespace, Values: values(name, a), Timeout: kube.VolumePatience, // of its queue
	}, child, kube.After(append(before, policy)...), kube.After(a.Ready...))
	if err != nil {
		return nil, err
	}
	r.Ready = []pulumi.Resource{release}
	return r, ctx.RegisterResourceOutputs(r, pulumi.Map{"host": pulumi.String(r.Host)})
}

func login(name string) string { return name + "-login" }

func authority(name string) string { return name + "-ca" }

// ingress: the relay asks nobody for a password, so it matters who reaches it.
func ingress(a Args) (rules []kube.Rule) {
	if len(a.Clients) > 0 { // no peers at all would mean everybody
		rules = append(rules, kube.Rule{Peers: kube.In(a.Clients...), TCP: []int{port}})
	}
	if a.ExporterTag != "" {
		rules = append(rules, kube.Rule{Peers: kube.In(a.Scraper), TCP: []int{exporterPort}})
	}
	return rules
}

func values(name string, a Args) pulumi.Map {
	general := pulumi.Map{
		"ALLOWED_SENDER_DOMAINS": pulumi.String(strings.Join(a.Senders, " ")),
		"RELAYHOST":              pulumi.String("[" + a.SmartHost.Host + "]:" + strconv.Itoa(a.SmartHost.Port)), // in brackets: no MX
		"LOG_FORMAT":             pulumi.String("json"),
		"TZ":                     pulumi.String("Etc/UTC"),
	}
	postfix := pulumi.Map{
		"myhostname":                   pulumi.String(a.Hostname),
		"mynetworks":                   pulumi.String(strings.Join(a.Networks, " ")),
		"message_size_limit":           pulumi.String(strconv.Itoa(a.MessageMiB << 20)), // bytes
		"smtp_tls_security_level":      pulumi.String(policyLevel),
		"smtp_tls_CAfile":              pulumi.String(publicCAs),
		"smtp_tls_mandatory_protocols": pulumi.String(">=TLSv1.2"),
		"smtpd_helo_required":          pulumi.String("yes"),
		"disable_vrfy_command":         pulumi.String("yes"),
	}
	all := pulumi.Map{
		"fullnameOverride": pulumi.String(name),
		// By default the chart writes the time of rendering into the pods: every run would change them.
		"recreateOnRedeploy": pulumi.Bool(false),
		"config":             pulumi.Map{"general": general, "postfix": postfix},
		"service":            pulumi.Map{"type": pulumi.String("ClusterIP"), "port": pulumi.Int(port)},
		"persistence":        pulumi.Map{"enabled": pulumi.Bool(true), "size": pulumi.Sprintf("%dGi", a.DiskGiB), "storageClass": pulumi.String(a.StorageClass)},
		"resources":          kube.Resources("20m", "64Mi", "256Mi"),
		"deployment":         pulumi.Map{"annotations": pulumi.Map{"reloader.stakater.com/auto": pulumi.String("true")}},
		"serviceAccount":     pulumi.Map{"create": pulumi.Bool(true)},
		"headlessService":    pulumi.Map{"enabled": pulumi.Bool(true)},
	}
	if a.SmartHost.CA != "" { // the relay talks to no other server
		postfix["smtp_tls_CAfile"] = pulumi.String(caFolder + "/" + caFile)
		all["extraVolumes"] = pulumi.Array{pulumi.Map{"name": pulumi.String("ca"), "configMap": pulumi.Map{"name": pulumi.String(authority(name))}}}
		all["extraVolumeMounts"] = pulumi.Array{pulumi.Map{
			"name": pulumi.String("ca"), "mountPath": pulumi.String(caFolder), "readOnly": pulumi.Bool(true),
		}}
	}
	if a.SmartHost.User != "" {
		general["RELAYHOST_USERNAME"] = pulumi.String(a.SmartHost.User)
		all["existingSecret"] = pulumi.String(login(name))
	}
	if a.ExporterTag != "" {
		all["metrics"] = pulumi.Map{"enabled": pulumi.Bool(true), "serviceMonitor": pulumi.Map{"enabled": pulumi.Bool(true)}, "image": pulumi.Map{"tag": pulumi.String(a.ExporterTag)}}
	}
	return all
}
