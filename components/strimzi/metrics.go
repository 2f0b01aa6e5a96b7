package strimzi

import (
	_ "embed" // the rules

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

//go:embed kafka-rules.yaml
var kafkaRules string

//go:embed connect-rules.yaml
var connectRules string

//go:embed cruise-rules.yaml
var cruiseRules string

const (
	kafkaRulesKey   = "kafka.yaml"
	cruiseRulesKey  = "cruise-control.yaml"
	connectRulesKey = "connect.yaml"
)

// metricsRules declares the ConfigMap that brokers and Connect workers take their rules from. Pods
// do not start without it.
func (c *Cluster) metricsRules(ctx *pulumi.Context, name string) (pulumi.Resource, error) {
	return kube.ConfigMap(ctx, name+"-metrics", kube.ConfigMapArgs{
		Name: c.metrics, Namespace: c.namespace, Labels: c.labels(),
		Data: pulumi.StringMap{
			kafkaRulesKey: pulumi.String(kafkaRules), connectRulesKey: pulumi.String(connectRules), cruiseRulesKey: pulumi.String(cruiseRules),
		},
	}, pulumi.Parent(c))
}

func (c *Cluster) metricsFrom(key string) pulumi.Map {
	return pulumi.Map{
		"type": pulumi.String("jmxPrometheusExporter"),
		"valueFrom": pulumi.Map{"configMapKeyRef": pulumi.Map{
			"name": pulumi.String(c.metrics), "key": pulumi.String(key),
		}},
	}
}
