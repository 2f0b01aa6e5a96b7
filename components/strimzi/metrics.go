package strimzi

import (
	_ "embed" // the rules
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

//go:embed kafka-rules.yaml
var kafkaRules string

//go:embed connect-rules.yaml
var connectRules string

const (
	kafkaRulesKey   = "kafka.yaml"
	connectRulesKey = "connect.yaml"
)

// metricsRules declares the ConfigMap that brokers and Connect workers take their rules from. Pods
// do not start without it.
func (c *Cluster) metricsRules(ctx *pulumi.Context, name string) (pulumi.Resource, error) {
	rules, err := corev1.NewConfigMap(ctx, name+"-metrics", &corev1.ConfigMapArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(c.metrics), Namespace: c.namespace, Labels: c.labels()},
		Data:     pulumi.StringMap{kafkaRulesKey: pulumi.String(kafkaRules), connectRulesKey: pulumi.String(connectRules)},
	}, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("config map %s: %w", c.metrics, err)
	}
	return rules, nil
}

func (c *Cluster) metricsFrom(key string) pulumi.Map {
	return pulumi.Map{
		"type": pulumi.String("jmxPrometheusExporter"),
		"valueFrom": pulumi.Map{"configMapKeyRef": pulumi.Map{
			"name": pulumi.String(c.metrics), "key": pulumi.String(key),
		}},
	}
}
