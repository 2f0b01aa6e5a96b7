// Package keycloak runs the identity server: as many equal pods as asked for on one PostgreSQL
// database, which find each other through it. What is in the server is package identity's.
package keycloak

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/secrets"
)

// Args configure the server.
type Args struct {
	Namespace pulumi.StringInput // of its own; may be restricted
	URL       string             // https address without a final slash under which everybody knows it: part of every token
	Replicas  int                // at least 2 outlive the loss of a machine
	Database  Database
	From      pulumi.StringInput // namespace of the ingress controller
	Monitors  pulumi.StringInput // namespace that reads metrics; nil means nobody does
	Trust     pulumi.StringInput // PEM, public: authorities that the server accepts besides the usual ones

	// Password is the administrator's, secret. Nil makes one; what is given is for a server whose
	// administrator is already there with another.
	Password   pulumi.StringInput
	Disposable bool              // lets a run delete the servers; for sandboxes only
	Ready      []pulumi.Resource // the namespace is there, the database serves
}

// Database is the server's PostgreSQL database; the connection is encrypted and verified.
type Database struct {
	Host     string
	Port     int
	Name     string
	User     string
	Password pulumi.StringInput // secret
	CA       pulumi.StringInput // PEM, verifies Host
}

// Keycloak is the running server.
type Keycloak struct {
	pulumi.ResourceState
	Password pulumi.StringOutput // of User, secret
	Ready    []pulumi.Resource
}

// What others refer to the server by.
const (
	Service        = "keycloak"
	Port           = 8080
	ManagementPort = 9000 // health and /metrics
	// ManagementPortName is its name in Service.
	ManagementPortName = "management"
	// User administers every realm. The server makes it when it finds an empty database.
	User = "admin"
)

const (
	app      = "keycloak"
	jgroups  = 7800  // between the servers
	failures = 57800 // likewise, to notice a dead one

	secretObject = "keycloak-server"
	keyAdmin     = "admin-password"
	keyDatabase  = "database-password"
	trustObject  = "keycloak-trust"
	keyDatabaseC = "database.crt"
	keyTrust     = "platform.crt"
)

// Labels select the server's pods.
func Labels() map[string]string { return map[string]string{"app.kubernetes.io/name": app} }

func labels() pulumi.StringMap { return pulumi.ToStringMap(Labels()) }

// New declares the server.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Keycloak, error) {
	k := &Keycloak{}
	if err := ctx.RegisterComponentResource("streamforge:security:Keycloak", name, k, opts...); err != nil {
		return nil, fmt.Errorf("keycloak %s: %w", name, err)
	}
	before, err := k.secrets(ctx, name, a)
	if err != nil {
		return nil, err
	}
	around, err := k.services(ctx, name, a)
	if err != nil {
		return nil, err
	}
	set, err := k.servers(ctx, name, a, append(before, around...))
	if err != nil {
		return nil, err
	}
	k.Ready = append(slices.Clone(around), set)
	return k, ctx.RegisterResourceOutputs(k, pulumi.Map{"password": k.Password})
}

// secrets declares what the servers read: passwords, and whom they trust.
func (k *Keycloak) secrets(ctx *pulumi.Context, name string, a Args) ([]pulumi.Resource, error) {
	if a.Password != nil {
		k.Password = pulumi.ToSecret(a.Password).(pulumi.StringOutput)
	} else {
		password, err := secrets.Password(ctx, name+"-admin", pulumi.Parent(k))
		if err != nil {
			return nil, err
		}
		k.Password = password
	}
	secret, err := kube.Secret(ctx, name, kube.SecretArgs{
		Name: secretObject, Namespace: a.Namespace, Labels: labels(),
		Data: pulumi.StringMap{keyAdmin: k.Password, keyDatabase: a.Database.Password},
	}, pulumi.Parent(k))
	if err != nil {
		return nil, err
	}
	trust, err := kube.ConfigMap(ctx, name+"-trust", kube.ConfigMapArgs{
		Name: trustObject, Namespace: a.Namespace, Labels: labels(),
		Data: pulumi.StringMap{keyDatabaseC: a.Database.CA, keyTrust: a.Trust},
	}, pulumi.Parent(k))
	if err != nil {
		return nil, err
	}
	return []pulumi.Resource{secret, trust}, nil
}

// services declares what leads to the servers, who may come, and how many of them may leave at once.
func (k *Keycloak) services(ctx *pulumi.Context, name string, a Args) ([]pulumi.Resource, error) {
	child := pulumi.Parent(k)
	service, err := kube.Service(ctx, name, kube.ServiceArgs{
		Name: Service, Namespace: a.Namespace, Labels: labels(), Annotations: kube.AwaitNothing(), Pods: labels(),
		Ports: []kube.ServicePort{{Name: "http", Port: Port}, {Name: ManagementPortName, Port: ManagementPort}},
	}, child)
	if err != nil {
		return nil, err
	}
	ingress := []kube.Rule{
		{Peers: []kube.Peer{{Namespace: a.From}}, TCP: []int{Port}},
		{Peers: []kube.Peer{{Pods: labels()}}, TCP: []int{jgroups, failures}},
	}
	if a.Monitors != nil {
		ingress = append(ingress, kube.Rule{Peers: []kube.Peer{{Namespace: a.Monitors}}, TCP: []int{ManagementPort}})
	}
	policy, err := kube.NetworkPolicy(ctx, name, kube.NetworkPolicyArgs{
		Name: app, Namespace: a.Namespace, Labels: labels(), Pods: labels(), Ingress: ingress,
	}, child)
	if err != nil {
		return nil, err
	}
	if a.Replicas < 2 { // a budget could only forbid draining a machine
		return []pulumi.Resource{service, policy}, nil
	}
	budget, err := kube.OneAway(ctx, name, app, a.Namespace, labels(), child)
	if err != nil {
		return nil, err
	}
	return []pulumi.Resource{service, policy, budget}, nil
}
