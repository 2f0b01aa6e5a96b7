package security

import (
	"net/netip"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/mailrelay"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/infra/storage"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// MailInputs is what the relay needs.
type MailInputs struct {
	Charts     kube.Charts
	Mail       config.Mail
	Password   pulumi.StringInput // of the smart host's user, secret
	Domain     string             // of the site
	Pods       netip.Prefix       // network of the pods
	Classes    storage.Classes
	Monitoring *monitoring.Monitoring
	Disposable bool // lets a run delete the namespace; for sandboxes only
}

// Mail is how systems send mail: plain SMTP without a login.
type Mail struct {
	Host    string // inside the cluster
	Port    int
	Clients []string // namespaces that may send
	Ready   []pulumi.Resource
}

// Takes tells whether the relay takes mail from that namespace. The zero Mail takes none.
func (m Mail) Takes(namespace string) bool { return slices.Contains(m.Clients, namespace) }

type mailLayer struct{ pulumi.ResourceState }

// Relay declares the mail relay.
func Relay(ctx *pulumi.Context, in MailInputs, opts ...pulumi.ResourceOption) (Mail, error) {
	l := &mailLayer{}
	if err := ctx.RegisterComponentResource("streamforge:security:Mail", "mail", l, opts...); err != nil {
		return Mail{}, err
	}
	child := pulumi.Parent(l)
	const namespace = "mail"
	ns, closed, err := closedNamespace(ctx, namespace, kube.Baseline, in.Disposable, child) // the image starts as root
	if err != nil {
		return Mail{}, err
	}
	before := append([]pulumi.Resource{closed}, in.Classes.Replicated.Ready...)
	if in.Mail.ExporterTag != "" { // the chart brings a monitor of its own
		before = append(before, in.Monitoring.Kinds()...)
		in.Monitoring.Brought("mail-exporter")
	}
	relay, err := mailrelay.New(ctx, "mailrelay", namespace, mailrelay.Args{
		Charts: in.Charts, Namespace: ns, Hostname: "mailrelay." + in.Domain,
		SmartHost: mailrelay.SmartHost{
			Host: in.Mail.SmartHost.Host, Port: in.Mail.SmartHost.Port, CA: in.Mail.SmartHost.CA,
			User: in.Mail.SmartHost.User, Password: in.Password,
		},
		Senders: in.Mail.Senders, Networks: []string{in.Pods.String()}, Clients: in.Mail.Clients, Scraper: monitoring.Namespace,
		StorageClass: in.Classes.Replicated.Name, DiskGiB: in.Mail.DiskGiB, MessageMiB: in.Mail.MessageMiB,
		ExporterTag: in.Mail.ExporterTag, Ready: before,
	}, child)
	if err != nil {
		return Mail{}, err
	}
	return Mail{Host: relay.Host, Port: relay.Port, Clients: in.Mail.Clients, Ready: relay.Ready},
		ctx.RegisterResourceOutputs(l, pulumi.Map{"host": pulumi.String(relay.Host)})
}
