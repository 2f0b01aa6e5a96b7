// Package objects is the last stage of storage: the S3 object store. It is a package of its own
// because it publishes hosts, and the network layer that does so stores its own state on volumes.
package objects

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/minio"
	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/infra/storage"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// Inputs is what the stage needs.
type Inputs struct {
	MinIO      config.MinIO
	DNSDomain  string          // of the cluster
	Classes    storage.Classes // from storage.Blocks
	Foundation network.FoundationOutputs
	Web        *network.Web
	Monitoring *monitoring.Monitoring
	Disposable bool // lets a run delete the store; for sandboxes only
}

// Outputs is what later layers may use.
type Outputs struct {
	Endpoint  string              // https address of the API inside the cluster, without a final slash
	PublicURL string              // the same for machines outside the cluster
	Region    string              // what clients sign with
	CA        pulumi.StringOutput // PEM of the authority that both addresses' certificates come from; public
	Metrics   Metrics
	Ready     []pulumi.Resource // buckets, users and policies are there

	users map[string]Access
}

// Access is all that one consumer needs.
type Access struct {
	Endpoint  string // https address of the API inside the cluster
	Region    string
	AccessKey string
	SecretKey pulumi.StringOutput // secret
	CA        pulumi.StringOutput // PEM of the authority behind Endpoint
	Buckets   []string            // those it has a grant for, in the order of the configuration
	Secret    SecretRef           // the same, for pods; in the store's namespace
	Ready     []pulumi.Resource   // the buckets are there and let the user in
}

// SecretRef names a Secret whose keys are the constants Key* of components/minio.
type SecretRef struct{ Namespace, Name string }

// Metrics says where Prometheus finds the store's.
type Metrics struct {
	Namespace string
	Labels    map[string]string // of the Service
	Port      string            // name of its port, TLS
	Path      string            // the same on every server: one of them is enough
}

const namespace = "minio"

// User gives the access of a consumer that the configuration names.
func (o Outputs) User(name string) (Access, error) {
	a, known := o.users[name]
	if !known {
		return Access{}, fmt.Errorf("s3 user %s: not one of storage.minio.users", name)
	}
	return a, nil
}

type objects struct{ pulumi.ResourceState }

// Deploy runs the store and publishes its API and its console.
func Deploy(ctx *pulumi.Context, in Inputs, opts ...pulumi.ResourceOption) (Outputs, error) {
	stage := &objects{}
	if err := ctx.RegisterComponentResource("streamforge:storage:Objects", "storage-objects", stage, opts...); err != nil {
		return Outputs{}, err
	}
	child := pulumi.Parent(stage)
	ns, err := kube.Namespace(ctx, namespace, kube.Restricted, child, pulumi.Protect(!in.Disposable))
	if err != nil {
		return Outputs{}, err
	}
	if _, err := kube.DefaultDeny(ctx, namespace, ns, nil, child); err != nil { // every pod has a policy of its own
		return Outputs{}, err
	}
	console, api := in.Web.Host("minio"), in.Web.Host("s3")
	store, err := minio.New(ctx, "minio", args(in, ns, "https://"+console), child)
	if err != nil {
		return Outputs{}, err
	}
	ready := store.Ready
	for _, p := range []struct {
		host    string
		service string
		port    int
	}{{api, minio.Service, minio.Port}, {console, minio.ConsoleService, minio.ConsolePort}} {
		_, err := in.Web.Publish(ctx, p.host, network.Backend{
			Namespace: ns, Service: p.service, Port: p.port,
		}, child)
		if err != nil {
			return Outputs{}, err
		}
	}
	out := Outputs{
		Endpoint: store.Endpoint, PublicURL: "https://" + api, Region: in.MinIO.Region, CA: in.Foundation.RootCertificate,
		Metrics: Metrics{Namespace: namespace, Labels: minio.ServiceLabels(), Port: minio.PortName, Path: minio.MetricsPath},
		Ready:   ready, users: map[string]Access{},
	}
	if err := in.watch(ctx, ns, out.Metrics, child); err != nil {
		return Outputs{}, err
	}
	for _, u := range in.MinIO.Users {
		out.users[u.Name] = access(u, store, out)
	}
	return out, ctx.RegisterResourceOutputs(stage, pulumi.Map{
		"endpoint": pulumi.String(out.Endpoint), "publicURL": pulumi.String(out.PublicURL),
	})
}

func access(u config.S3User, store *minio.MinIO, out Outputs) Access {
	c := store.Users[u.Name]
	a := Access{
		Endpoint: out.Endpoint, Region: out.Region, CA: out.CA, AccessKey: c.AccessKey, SecretKey: c.SecretKey,
		Secret: SecretRef{Namespace: namespace, Name: c.Secret}, Ready: out.Ready,
	}
	for _, g := range u.Grants {
		a.Buckets = append(a.Buckets, g.Bucket)
	}
	return a
}

func args(in Inputs, ns pulumi.StringInput, console string) minio.Args {
	m := in.MinIO
	a := minio.Args{
		Namespace: ns, NamespaceName: namespace, DNSDomain: in.DNSDomain,
		Nodes: m.Nodes, DriveGiB: m.DriveGiB, Parity: m.Parity, Region: m.Region, ConsoleURL: console,
		StorageClass: in.Classes.Local.Name, NodeLabel: config.LinstorLabel,
		Issuer: network.Issuer, CA: in.Foundation.RootCertificate, WebFrom: network.WebNamespace,
		MetricsFrom: monitoring.Peers(), Disposable: in.Disposable,
		Storage: in.Classes.Local.Ready, IssuerReady: in.Foundation.Certificates, GatewayAPI: in.Foundation.Definitions,
	}
	for _, b := range m.Buckets {
		a.Buckets = append(a.Buckets, minio.Bucket(b))
	}
	for _, u := range m.Users {
		user := minio.User{Name: u.Name, Namespaces: u.Namespaces}
		for _, g := range u.Grants {
			user.Grants = append(user.Grants, minio.Grant{
				Bucket: g.Bucket, Read: g.Access != config.Write, Write: g.Access != config.Read,
			})
		}
		a.Users = append(a.Users, user)
	}
	return a
}
