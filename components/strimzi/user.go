package strimzi

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/secrets"
)

// UserArgs describe a client.
type UserArgs struct {
	Name  string // of the object, of the operator's Secret, and what the client logs in as
	Rules []Rule
}

// Rule allows something.
type Rule struct {
	Resource   string   // topic, group, cluster or transactionalId
	Name       string   // ends in * for all that begin so; empty for the cluster
	Operations []string // by Kafka's names, e.g. Read
}

// User is a client that may log in.
type User struct {
	Name     string
	Secret   string              // in the cluster's namespace, with PasswordKey and JAASKey
	Password pulumi.StringOutput // secret
	Ready    []pulumi.Resource   // it may log in, and Secret exists
}

var userKind = kube.Kind{APIVersion: "kafka.strimzi.io/v1beta2", Kind: "KafkaUser"}

// Reading lets a client take records; a consumer also needs Grouping.
func Reading(topic string) Rule { return Rule{"topic", topic, []string{"Describe", "Read"}} }

// Writing lets a client add records.
func Writing(topic string) Rule { return Rule{"topic", topic, []string{"Describe", "Write"}} }

// Grouping lets a client join a consumer group and commit what it has read.
func Grouping(group string) Rule { return Rule{"group", group, []string{"Describe", "Read"}} }

// User declares a client with a password made here: what other namespaces are given of it needs no
// look into the cluster.
func (c *Cluster) User(ctx *pulumi.Context, u UserArgs) (*User, error) {
	name := c.Name + "-user-" + u.Name
	password, err := secrets.Password(ctx, name, pulumi.Parent(c))
	if err != nil {
		return nil, err
	}
	source := u.Name + "-password"
	secret, err := kube.Secret(ctx, name, kube.SecretArgs{
		Name: source, Namespace: c.namespace, Labels: c.labels(), Data: pulumi.StringMap{PasswordKey: password},
	}, pulumi.Parent(c))
	if err != nil {
		return nil, err
	}
	user, err := kube.Apply(ctx, name, kube.Object{
		Kind: userKind, Name: u.Name, Namespace: c.namespace, Labels: c.labels(), WaitFor: "Ready",
		Spec: pulumi.Map{
			"authentication": pulumi.Map{
				"type": pulumi.String("scram-sha-512"),
				"password": pulumi.Map{"valueFrom": pulumi.Map{"secretKeyRef": pulumi.Map{
					"name": pulumi.String(source), "key": pulumi.String(PasswordKey),
				}}},
			},
			"authorization": pulumi.Map{"type": pulumi.String("simple"), "acls": acls(u.Rules)},
		},
	}, pulumi.Parent(c), kube.After(append(c.Ready, secret)...))
	if err != nil {
		return nil, err
	}
	return &User{Name: u.Name, Secret: u.Name, Password: password, Ready: []pulumi.Resource{user}}, nil
}

func acls(rules []Rule) (acls pulumi.Array) {
	for _, r := range rules {
		resource := pulumi.Map{"type": pulumi.String(r.Resource)}
		if r.Resource != "cluster" {
			name, pattern := r.Name, "literal"
			// Kafka's own * is a literal name that stands for all.
			if prefix, is := strings.CutSuffix(r.Name, "*"); is && prefix != "" {
				name, pattern = prefix, "prefix"
			}
			resource["name"], resource["patternType"] = pulumi.String(name), pulumi.String(pattern)
		}
		acls = append(acls, pulumi.Map{"resource": resource, "operations": pulumi.ToStringArray(r.Operations)})
	}
	return acls
}
