package elastic

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"gopkg.in/yaml.v3"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/secrets"
)

// Users of the cluster, besides the operator's own. The operator also makes user elastic, who may do
// everything: its password is for emergencies and stays in the operator's Secret.
const (
	UserCollector = "fluent-bit" // adds records
	UserGrafana   = "grafana"    // searches
	UserKibana    = "kibana"     // searches through Kibana, and saves what it shows
	userSetup     = "logs-setup"
	userExporter  = "exporter"
)

// accounts holds the roles of every user: roles of ours, or of Elasticsearch's own.
var accounts = map[string][]string{
	UserCollector: {roleCollector},
	UserGrafana:   {roleReader},
	UserKibana:    {roleReader, "kibana_admin"}, // everything in Kibana, nothing in Elasticsearch
	userSetup:     {roleSetup},
	userExporter:  {roleExporter},
}

const (
	roleCollector = "logs_collector"
	roleReader    = "logs_reader"
	roleSetup     = "logs_setup"
	roleExporter  = "logs_exporter"
)

const (
	rolesKey    = "roles.yml"
	usernameKey = "username"
	passwordKey = "password"
)

type role struct {
	Cluster []string  `yaml:"cluster,omitempty"`
	Indices []indices `yaml:"indices,omitempty"`
}

type indices struct {
	Names      []string `yaml:"names"`
	Privileges []string `yaml:"privileges"`
}

// roles gives what each role of ours may do.
func roles(prefixes []Prefix) map[string]role {
	own := Patterns(prefixes)
	return map[string]role{
		// Add records and make the day's index: neither read nor change what is there.
		roleCollector: {Indices: []indices{{own, []string{"auto_configure", "create_doc"}}}},
		// monitor tells the version, by which Grafana chooses how to ask.
		roleReader:   {Cluster: []string{"monitor"}, Indices: []indices{{own, []string{"read", "view_index_metadata"}}}},
		roleSetup:    {Cluster: []string{"manage_ilm", "manage_index_templates"}},
		roleExporter: {Cluster: []string{"monitor"}, Indices: []indices{{[]string{"*"}, []string{"monitor"}}}},
	}
}

// Patterns gives the index patterns of the prefixes.
func Patterns(prefixes []Prefix) []string {
	var all []string
	for _, p := range prefixes {
		all = append(all, p.Name+"-*")
	}
	return all
}

func userSecret(a Args, user string) string { return a.Name + "-user-" + user }

func rolesSecret(a Args) string { return a.Name + "-roles" }

// users makes the Secrets that the operator reads users and roles from.
func (e *Elastic) users(ctx *pulumi.Context, name string, a Args) ([]pulumi.Resource, error) {
	text, err := yaml.Marshal(roles(a.Prefixes))
	if err != nil {
		return nil, fmt.Errorf("roles of %s: %w", a.Name, err)
	}
	secret, err := kube.Secret(ctx, name+"-roles", kube.SecretArgs{
		Name: rolesSecret(a), Namespace: a.Namespace,
		// No secret in itself, but who reads it knows whom to steal from.
		Data: pulumi.StringMap{rolesKey: pulumi.ToSecret(pulumi.String(string(text))).(pulumi.StringOutput)},
	}, pulumi.Parent(e))
	if err != nil {
		return nil, err
	}
	ready := []pulumi.Resource{secret}
	for _, user := range slices.Sorted(maps.Keys(accounts)) {
		password, err := secrets.Password(ctx, name+"-password-"+user, pulumi.Parent(e))
		if err != nil {
			return nil, err
		}
		secret, err := kube.Secret(ctx, name+"-user-"+user, kube.SecretArgs{
			Name: userSecret(a, user), Namespace: a.Namespace, Type: "kubernetes.io/basic-auth",
			Data: pulumi.StringMap{
				usernameKey: pulumi.String(user), passwordKey: password, "roles": pulumi.String(strings.Join(accounts[user], ",")),
			},
		}, pulumi.Parent(e))
		if err != nil {
			return nil, err
		}
		e.Passwords[user] = password
		ready = append(ready, secret)
	}
	return ready, nil
}

// fileRealm lists the users' Secrets for the operator.
func fileRealm(a Args) pulumi.Array {
	all := pulumi.Array{}
	for _, user := range slices.Sorted(maps.Keys(accounts)) {
		all = append(all, pulumi.Map{"secretName": pulumi.String(userSecret(a, user))})
	}
	return all
}
