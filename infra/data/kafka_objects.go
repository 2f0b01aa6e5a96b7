package data

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/kafkaui"
	"github.com/streamforge/infrastructure/components/strimzi"
	"github.com/streamforge/infrastructure/stacks/config"
)

func pool(p config.KafkaPool) strimzi.Pool {
	return strimzi.Pool{
		Name: p.Name, Replicas: p.Replicas, FirstID: p.FirstID, VolumesGiB: p.VolumesGiB,
		MemoryMiB: p.MemoryMiB, CPUMillis: p.CPUMillis,
		Controller: slices.Contains(p.Roles, config.KafkaController), Broker: slices.Contains(p.Roles, config.KafkaBroker),
	}
}

func (in Inputs) topics(ctx *pulumi.Context, cluster *strimzi.Cluster) (all []pulumi.Resource, err error) {
	for _, t := range in.Kafka.Topics {
		topic, err := cluster.Topic(ctx, strimzi.TopicArgs{
			Name: t.Name, Partitions: t.Partitions, Replicas: t.Replicas, MinInSync: t.MinInSync,
			Hours: t.Retention(), Compact: t.Compact, Settings: t.Settings,
		})
		if err != nil {
			return nil, err
		}
		all = append(all, topic)
	}
	return all, nil
}

// rules are the permissions of a configured user.
func rules(u config.KafkaUser) (all []strimzi.Rule) {
	for _, topic := range u.Reads {
		all = append(all, strimzi.Reading(topic))
	}
	for _, topic := range u.Writes {
		all = append(all, strimzi.Writing(topic))
	}
	for _, group := range u.Groups {
		all = append(all, strimzi.Grouping(group))
	}
	return all
}

// consoleRules: the console may do on topics and groups what it offers, but is above no rule.
func consoleRules(readOnly bool) []strimzi.Rule {
	if readOnly {
		return []strimzi.Rule{
			{Resource: "cluster", Operations: []string{"Describe", "DescribeConfigs"}},
			{Resource: "topic", Name: "*", Operations: []string{"Describe", "DescribeConfigs", "Read"}},
			{Resource: "group", Name: "*", Operations: []string{"Describe"}},
		}
	}
	return []strimzi.Rule{
		{Resource: "cluster", Operations: []string{"Alter", "AlterConfigs", "Describe", "DescribeConfigs"}},
		{Resource: "topic", Name: "*", Operations: []string{"All"}},
		{Resource: "group", Name: "*", Operations: []string{"All"}},
	}
}

func connectArgs(c config.KafkaConnect) strimzi.ConnectArgs {
	a := strimzi.ConnectArgs{Replicas: c.Replicas, MemoryMiB: c.MemoryMiB, Image: c.Image, Clients: kafkaui.Labels()}
	for _, k := range c.Connectors {
		a.Connectors = append(a.Connectors, strimzi.ConnectorArgs{
			Name: k.Name, Class: k.Class, Tasks: k.Tasks, Reads: k.Reads, Writes: k.Writes, Settings: k.Settings,
		})
	}
	return a
}
