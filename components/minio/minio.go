// Package minio runs the S3 object store: one distributed MinIO with erasure coding, and Jobs that
// make its buckets, users and policies what the configuration says.
package minio

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// Args configure the store.
type Args struct {
	Namespace     pulumi.StringInput // must exist; everything in it meets the restricted Pod Security Standard
	NamespaceName string             // its name, for the names in certificates
	DNSDomain     string             // of the cluster, e.g. cluster.local
	Nodes         int                // servers with one drive each, 4 to 16: one erasure set
	DriveGiB      int                // size of each drive
	Parity        int                // drives that may be lost, 2 to half of Nodes
	StorageClass  string             // of the drives: local to the node, never replicated and never shared
	NodeLabel     string             // nodes with the value "true" of it have StorageClass
	Region        string             // what clients sign with
	ConsoleURL    string             // where browsers find the console
	Issuer        string             // ClusterIssuer of the servers' certificate
	CA            pulumi.StringInput // PEM of the authority behind Issuer
	Buckets       []Bucket
	Users         []User
	WebFrom       string      // namespace of the ingress controller, which reaches API and console
	MetricsFrom   []kube.Peer // who may ask for metrics
	Disposable    bool        // lets a run delete the servers; for sandboxes only

	Storage     []pulumi.Resource // claims of StorageClass are bound
	IssuerReady []pulumi.Resource // Issuer signs
	GatewayAPI  []pulumi.Resource // the definition of BackendTLSPolicy
}

// Bucket is one bucket. Buckets are made and changed, never deleted.
type Bucket struct {
	Name           string
	Versioning     bool
	NoncurrentDays int // days that overwritten and deleted versions stay, 0 means for ever
	ExpireDays     int // age in days at which objects are deleted, 0 means never
}

// User is one consumer with credentials and a policy of its own.
type User struct {
	Name       string   // access key and name of the policy
	Namespaces []string // whose pods may reach the API
	Grants     []Grant
}

// Grant is access to one bucket.
type Grant struct {
	Bucket string
	Read   bool
	Write  bool // Read and Write together may also delete
}

// Credentials are those of one user. They are also in the Secret, in the store's namespace.
type Credentials struct {
	AccessKey string
	SecretKey pulumi.StringOutput // secret
	Secret    string              // name of the Secret, with the keys below
}

// Keys of each user's Secret. Those in capitals are what S3 clients read from their environment.
const (
	KeyAccessKey = "AWS_ACCESS_KEY_ID"
	KeySecretKey = "AWS_SECRET_ACCESS_KEY"
	KeyRegion    = "AWS_REGION"
	KeyEndpoint  = "AWS_ENDPOINT_URL"
	CAConfigMap  = "minio-ca" // with KeyCA
	KeyCA        = "ca.crt"   // PEM of the authority that the endpoint's certificate comes from
)

// MinIO is the running store.
type MinIO struct {
	pulumi.ResourceState
	Endpoint string                 // https address of the API inside the cluster, without a final slash
	Users    map[string]Credentials // by name
	Serving  []pulumi.Resource      // the API answers
	Ready    []pulumi.Resource      // buckets, users and policies are there
}

// What other resources refer to the store by.
const (
	Service        = "minio"
	Port           = 9000 // API, TLS; metrics below MetricsPath
	ConsoleService = "minio-console"
	ConsolePort    = 9001
	// MetricsPath is served without credentials, to the namespaces that the network policy names.
	MetricsPath = "/minio/v2/metrics/cluster"
)

const (
	app         = "minio"
	peers       = "minio-hl"          // headless Service: names of the single servers
	certificate = "minio-servers-tls" // a published host minio has a minio-tls
	authority   = CAConfigMap
	rootSecret  = "minio-root"
	rootUser    = "minio-root"
	passwordKey = "password"
)

// New declares the servers and, once they answer, sets them up.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*MinIO, error) {
	m := &MinIO{Endpoint: fmt.Sprintf("https://%s.%s.svc:%d", Service, a.NamespaceName, Port), Users: map[string]Credentials{}}
	if err := ctx.RegisterComponentResource("streamforge:storage:MinIO", name, m, opts...); err != nil {
		return nil, fmt.Errorf("minio %s: %w", name, err)
	}
	root, err := m.root(ctx, name, a)
	if err != nil {
		return nil, err
	}
	tls, err := m.tls(ctx, name, a)
	if err != nil {
		return nil, err
	}
	services, err := m.services(ctx, name, a)
	if err != nil {
		return nil, err
	}
	if err := m.policies(ctx, name, a); err != nil {
		return nil, err
	}
	servers, err := m.servers(ctx, name, a, slices.Concat(tls, services, []pulumi.Resource{root}))
	if err != nil {
		return nil, err
	}
	m.Serving = append(services, servers)
	if err := m.users(ctx, name, a); err != nil {
		return nil, err
	}
	job, err := m.setup(ctx, name, a)
	if err != nil {
		return nil, err
	}
	m.Ready = []pulumi.Resource{job}
	return m, ctx.RegisterResourceOutputs(m, pulumi.Map{"endpoint": pulumi.String(m.Endpoint)})
}

func labels(app string) pulumi.StringMap {
	return pulumi.StringMap{"app.kubernetes.io/name": pulumi.String(app)}
}
