package data

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/keda"
	"github.com/streamforge/infrastructure/components/strimzi"
	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
	"github.com/streamforge/infrastructure/stacks/config"
)

// KafkaClient is a user and where its login is.
type KafkaClient struct {
	Username   string
	Password   pulumi.StringOutput // secret
	Secret     string              // in each of Namespaces, with the keys below
	Namespaces []string
	Ready      []pulumi.Resource // it may log in, and every Secret exists
}

// Keys of a client's Secret. Those with dots are settings as Kafka's own clients call them.
const (
	KafkaUsernameKey  = "username"
	KafkaPasswordKey  = "password"
	KafkaCAKey        = "ca.crt" // PEM
	KafkaBootstrapKey = "bootstrap.servers"
	KafkaProtocolKey  = "security.protocol"
	KafkaMechanismKey = "sasl.mechanism"
	KafkaJAASKey      = "sasl.jaas.config"
)

const kedaNamespace = "keda"

// services makes the namespaces of services that use the layer.
func (in Inputs) services(ctx *pulumi.Context, child pulumi.ResourceOption) (map[string]pulumi.StringInput, error) {
	all := map[string]pulumi.StringInput{}
	for _, name := range in.Kafka.Namespaces {
		ns, err := in.namespace(ctx, name, kube.Baseline, child)
		if err != nil {
			return nil, err
		}
		if _, err := kube.DefaultDeny(ctx, name, ns, network.Visitors(), child); err != nil {
			return nil, err
		}
		all[name] = ns
	}
	return all, nil
}

// clients declares the configured users and, in every namespace of theirs, one Secret with all
// that a client needs.
func (in Inputs) clients(ctx *pulumi.Context, cluster *strimzi.Cluster, services map[string]pulumi.StringInput,
	out *Kafka, child pulumi.ResourceOption) error {
	out.Clients = map[string]KafkaClient{}
	for _, u := range in.Kafka.Users {
		user, err := cluster.User(ctx, strimzi.UserArgs{Name: u.Name, Rules: rules(u)})
		if err != nil {
			return err
		}
		client := KafkaClient{
			Username: u.Name, Password: user.Password, Secret: "kafka-" + u.Name, Namespaces: u.Namespaces, Ready: user.Ready,
		}
		for _, n := range u.Namespaces {
			secret, err := kube.Secret(ctx, n+"-"+client.Secret, kube.SecretArgs{
				Name: client.Secret, Namespace: services[n], Data: client.login(cluster),
			}, child)
			if err != nil {
				return err
			}
			client.Ready = append(client.Ready, secret)
		}
		out.Clients[u.Name] = client
		out.Ready = append(out.Ready, client.Ready...)
	}
	return nil
}

func (c KafkaClient) login(cluster *strimzi.Cluster) pulumi.StringMap {
	public := func(s string) pulumi.StringInput { return pulumi.ToSecret(pulumi.String(s)).(pulumi.StringOutput) }
	return pulumi.StringMap{
		KafkaUsernameKey:  pulumi.String(c.Username),
		KafkaPasswordKey:  c.Password,
		KafkaCAKey:        cluster.CA,
		KafkaBootstrapKey: public(cluster.Bootstrap),
		KafkaProtocolKey:  public("SASL_SSL"),
		KafkaMechanismKey: public("SCRAM-SHA-512"),
		KafkaJAASKey: pulumi.Sprintf(`org.apache.kafka.common.security.scram.ScramLoginModule required username=%q password=%q;`,
			c.Username, c.Password),
	}
}

// scalers declares KEDA and what it scales.
func (in Inputs) scalers(ctx *pulumi.Context, services map[string]pulumi.StringInput, out *Kafka, child pulumi.ResourceOption) error {
	ns, err := in.namespace(ctx, kedaNamespace, kube.Restricted, child)
	if err != nil {
		return err
	}
	// The API server calls the metrics server and the webhook, and the former calls the operator.
	rules := []kube.Rule{{TCP: []int{6443, 9443}}, {Peers: []kube.Peer{{}}}, monitors}
	if _, err := kube.DefaultDeny(ctx, kedaNamespace, ns, rules, child); err != nil {
		return err
	}
	k, err := keda.New(ctx, "keda", keda.Args{Charts: in.Charts, Namespace: ns, DNSDomain: in.DNSDomain}, child)
	if err != nil {
		return err
	}
	out.Ready = append(out.Ready, k.Ready...)
	if err := in.watchScalers(ctx, ns, child); err != nil {
		return err
	}
	for _, s := range in.Kafka.Scalers {
		client := out.Clients[s.User]
		scaler, err := keda.Lag(ctx, s.Namespace+"-"+s.Deployment, lag(s, client, services[s.Namespace], out.Bootstrap,
			append(append([]pulumi.Resource{}, k.Ready...), client.Ready...)), child)
		if err != nil {
			return err
		}
		out.Ready = append(out.Ready, scaler)
	}
	return nil
}

func lag(s config.Scaler, client KafkaClient, ns pulumi.StringInput, bootstrap string, ready []pulumi.Resource) keda.LagArgs {
	return keda.LagArgs{
		Namespace: ns, Deployment: s.Deployment, Login: client.Secret,
		LoginKeys: keda.LoginKeys{Username: KafkaUsernameKey, Password: KafkaPasswordKey, CA: KafkaCAKey},
		Bootstrap: bootstrap, Version: pins.Kafka, Topic: s.Topic, Group: s.Group, Lag: s.Lag,
		MinReplicas: s.MinReplicas, MaxReplicas: s.MaxReplicas, PollSeconds: s.PollSeconds, RestSeconds: s.DelaySeconds,
		Ready: ready,
	}
}
