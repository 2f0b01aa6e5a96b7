package strimzi

import (
	"maps"
	"slices"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// TopicArgs describe a topic.
type TopicArgs struct {
	Name       string // also of the object
	Partitions int    // may grow only
	Replicas   int    // 0 means the cluster's
	MinInSync  int    // 0 means the cluster's
	Hours      int    // how long records stay, -1 for ever; not with Compact
	Compact    bool   // keeps the last record of every key
	Settings   map[string]string
}

var topicKind = kube.Kind{APIVersion: "kafka.strimzi.io/v1beta2", Kind: "KafkaTopic"}

// Topic declares a topic on the cluster. It is protected, because deleting the object deletes the
// records.
func (c *Cluster) Topic(ctx *pulumi.Context, t TopicArgs) (pulumi.Resource, error) {
	replicas := t.Replicas
	if replicas == 0 {
		replicas = c.replicas
	}
	return kube.Apply(ctx, c.Name+"-"+t.Name, kube.Object{
		Kind: topicKind, Name: t.Name, Namespace: c.namespace, Labels: c.labels(), WaitFor: "Ready",
		Spec: pulumi.Map{
			"partitions": pulumi.Int(t.Partitions), "replicas": pulumi.Int(replicas),
			// Settings come from the program alone, so that no topic depends on brokers' defaults.
			"config": c.settings(t),
		},
	}, c.kept(kube.After(c.Ready...))...)
}

func (c *Cluster) settings(t TopicArgs) pulumi.Map {
	inSync := t.MinInSync
	if inSync == 0 {
		inSync = c.minInSync
	}
	settings := pulumi.Map{"min.insync.replicas": pulumi.Int(inSync)}
	if t.Compact {
		settings["cleanup.policy"] = pulumi.String("compact")
	} else {
		milliseconds := t.Hours * 3600 * 1000
		if t.Hours < 0 {
			milliseconds = -1
		}
		settings["cleanup.policy"] = pulumi.String("delete")
		settings["retention.ms"] = pulumi.Int(milliseconds)
	}
	for _, name := range slices.Sorted(maps.Keys(t.Settings)) {
		settings[name] = literal(t.Settings[name])
	}
	return settings
}

// literal writes numbers and truth values as such: the operator compares them with what the
// brokers say.
func literal(value string) pulumi.Input {
	if n, err := strconv.Atoi(value); err == nil {
		return pulumi.Int(n)
	}
	if b, err := strconv.ParseBool(value); err == nil && (value == "true" || value == "false") {
		return pulumi.Bool(b)
	}
	return pulumi.String(value)
}
