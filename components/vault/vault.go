// Package vault runs the store of secrets: Vault servers that replicate among themselves, with
// TLS everywhere, an audit log on a volume of its own, and snapshots in the object store. What is
// in it is package vaultcontent's; opening it is a person's.
package vault

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Args configure the servers.
type Args struct {
	Charts        kube.Charts
	Namespace     pulumi.StringInput // must exist, of its own; everything in it meets the restricted standard
	NamespaceName string             // its name, for the names in certificates
	DNSDomain     string             // of the cluster, e.g. cluster.local
	Replicas      int                // 1, 3 or 5, each on a machine of its own
	DiskGiB       int                // data of each server
	AuditGiB      int                // audit log of each server
	StorageClass  string             // local to the node: the servers replicate by themselves
	NodeLabel     string             // nodes with the value "true" of it have StorageClass
	Issuer        string             // ClusterIssuer of the servers' certificate
	CA            pulumi.StringInput // PEM of the authority behind Issuer
	From          []string           // namespaces whose pods log in, the ingress controller's among them
	Monitors      pulumi.StringInput // namespace that reads metrics; nil means nobody does
	Snapshots     Snapshots

	Storage     []pulumi.Resource // claims of StorageClass are bound
	IssuerReady []pulumi.Resource // Issuer signs
	GatewayAPI  []pulumi.Resource // the definition of BackendTLSPolicy
}

// Vault is the declared store. It may be sealed.
type Vault struct {
	pulumi.ResourceState
	Address string            // https address inside the cluster, of the active server
	Name    string            // that every server's certificate has
	Ready   []pulumi.Resource // the servers run; whether they are open is another matter
}

// What other resources refer to the servers by.
const (
	Service        = "vault-active" // the one server that answers by itself
	Port           = 8200           // API and, at MetricsPath, metrics
	PortName       = "https"        // of Port in the servers' pods
	ServiceAccount = "vault"
	// Authority is the ConfigMap whose key AuthorityKey has the PEM that verifies the servers.
	Authority    = "vault-ca"
	AuthorityKey = "ca.crt"
	// MetricsPath is served without a token, in the form that its query asks for.
	MetricsPath = "/v1/sys/metrics"
	// AuditFile is where the audit device of the pods writes.
	AuditFile = "/vault/audit/audit.log"
)

const (
	app         = "vault"
	peerPort    = 8201
	peers       = "vault-internal" // headless Service: names of the single servers
	certificate = "vault-servers-tls"
	tlsPath     = "/vault/tls"
)

// Labels select the servers' pods.
func Labels() map[string]string {
	return map[string]string{"app.kubernetes.io/name": app, "component": "server"}
}

// New declares the servers, and the job that makes snapshots of them.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Vault, error) {
	v := &Vault{Name: fmt.Sprintf("%s.%s.svc", Service, a.NamespaceName)}
	v.Address = fmt.Sprintf("https://%s:%d", v.Name, Port)
	if err := ctx.RegisterComponentResource("streamforge:security:Vault", name, v, opts...); err != nil {
		return nil, fmt.Errorf("vault %s: %w", name, err)
	}
	child := pulumi.Parent(v)
	tls, err := v.tls(ctx, name, a)
	if err != nil {
		return nil, err
	}
	if err := v.policies(ctx, name, a); err != nil {
		return nil, err
	}
	servers, err := a.Charts.Release(ctx, name, pins.Vault, kube.ReleaseArgs{
		Namespace: a.Namespace, Values: values(a), Unready: true, // sealed servers never are
	}, child, kube.After(slices.Concat(tls, a.Storage)...))
	if err != nil {
		return nil, err
	}
	v.Ready = []pulumi.Resource{servers}
	if err := snapshots(ctx, v, name, a); err != nil {
		return nil, err
	}
	return v, ctx.RegisterResourceOutputs(v, pulumi.Map{"address": pulumi.String(v.Address)})
}

// policies says who reaches the servers. They reach the API server, each other and nothing else.
func (v *Vault) policies(ctx *pulumi.Context, name string, a Args) error {
	labels := pulumi.ToStringMap(Labels())
	own := []kube.Peer{{Pods: labels}}
	clients := append(kube.In(a.From...), kube.Peer{Pods: pulumi.ToStringMap(snapshotLabels())})
	if a.Monitors != nil {
		clients = append(clients, kube.Peer{Namespace: a.Monitors})
	}
	_, err := kube.NetworkPolicy(ctx, name, kube.NetworkPolicyArgs{
		Name: app, Namespace: a.Namespace, Pods: labels,
		Ingress: []kube.Rule{{Peers: own, TCP: []int{Port, peerPort}}, {Peers: clients, TCP: []int{Port}}},
	}, pulumi.Parent(v))
	return err
}
