// Package kafkaui runs the web console of a Kafka cluster. It is declared here instead of
// installed from its chart, which is no longer kept (docs/decisions/0008-kafka.md).
package kafkaui

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/secrets"
)

// Args configure the console.
type Args struct {
	Namespace pulumi.StringInput // of the cluster's Secrets; may be restricted
	Node      string             // name of the machine it runs on
	From      pulumi.StringInput // namespace of the ingress controller; nobody else reaches it
	Cluster   Cluster
	Connect   *Connect // nil means that there is none
	ReadOnly  bool     // changes nothing, whatever its user may do

	Ready []pulumi.Resource // the cluster serves, its Secrets exist
}

// Cluster is the cluster to show.
type Cluster struct {
	Name      string
	Bootstrap string // host:port, SASL_SSL with SCRAM-SHA-512
	Login     string // Secret with the client's login
	JAASKey   string // of Login
	CA        string // Secret with the brokers' authority
	CAKey     string // of CA, PEM
}

// Connect is the REST interface of Kafka Connect.
type Connect struct{ Name, URL string }

// KafkaUI is the running console.
type KafkaUI struct {
	pulumi.ResourceState
	Password pulumi.StringOutput // of User, secret
	Ready    []pulumi.Resource
}

// What others refer to the console by.
const (
	User    = "admin"
	Service = "kafka-ui"
	Port    = 8080
	// Client is the name of the console's KafkaUser.
	Client = "kafka-ui"
)

const (
	app         = "kafka-ui"
	loginSecret = "kafka-ui-login"
	passwordKey = "password"
)

// Labels select the console's pods.
func Labels() map[string]string { return map[string]string{"app.kubernetes.io/name": app} }

// New declares the console.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*KafkaUI, error) {
	k := &KafkaUI{}
	if err := ctx.RegisterComponentResource("streamforge:data:KafkaUI", name, k, opts...); err != nil {
		return nil, fmt.Errorf("kafka ui %s: %w", name, err)
	}
	login, err := k.login(ctx, name, a)
	if err != nil {
		return nil, err
	}
	deployment, err := k.workload(ctx, name, a, login)
	if err != nil {
		return nil, err
	}
	service, err := k.service(ctx, name, a)
	if err != nil {
		return nil, err
	}
	k.Ready = []pulumi.Resource{deployment, service}
	return k, ctx.RegisterResourceOutputs(k, pulumi.Map{"password": k.Password})
}

// login makes the password of the console's one account.
func (k *KafkaUI) login(ctx *pulumi.Context, name string, a Args) (pulumi.Resource, error) {
	password, err := secrets.Password(ctx, name+"-password", pulumi.Parent(k))
	if err != nil {
		return nil, err
	}
	k.Password = password
	secret, err := kube.Secret(ctx, name+"-login", kube.SecretArgs{
		Name: loginSecret, Namespace: a.Namespace, Labels: pulumi.ToStringMap(Labels()),
		Data: pulumi.StringMap{passwordKey: password},
	}, pulumi.Parent(k))
	if err != nil {
		return nil, err
	}
	return secret, nil
}
