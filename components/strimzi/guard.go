package strimzi

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

var (
	policyKind  = kube.Kind{APIVersion: "admissionregistration.k8s.io/v1", Kind: "ValidatingAdmissionPolicy"}
	bindingKind = kube.Kind{APIVersion: "admissionregistration.k8s.io/v1", Kind: "ValidatingAdmissionPolicyBinding"}
)

// guardTopics has the API server refuse what Kafka cannot do to a topic. Only the API server knows
// the value before the change, whoever makes it, and it answers a preview too: no operator would
// be heard of before the change is stored.
func (c *Cluster) guardTopics(ctx *pulumi.Context, name string, a Args) ([]pulumi.Resource, error) {
	policy := "kafka-topics-" + a.Name
	rules := pulumi.Array{validation(
		"!has(oldObject.spec.partitions) || has(object.spec.partitions) && object.spec.partitions >= oldObject.spec.partitions",
		"'topic ' + object.metadata.name + ' has ' + string(oldObject.spec.partitions) + ' partitions and cannot have fewer: "+
			"Kafka would have to throw away the records of the others. Make a new topic and let its consumers move there'",
	)}
	if !a.CruiseControl {
		rules = append(rules, validation(
			"!has(oldObject.spec.replicas) || has(object.spec.replicas) && object.spec.replicas == oldObject.spec.replicas",
			"'topic ' + object.metadata.name + ' has ' + string(oldObject.spec.replicas) + ' copies, and only Cruise Control "+
				"could change that: set kafka.cluster.cruiseControl first'",
		))
	}
	guard, err := kube.Apply(ctx, name+"-topics", kube.Object{
		Kind: policyKind, Name: policy,
		Spec: pulumi.Map{
			"failurePolicy": pulumi.String("Fail"),
			"matchConstraints": pulumi.Map{"resourceRules": pulumi.Array{pulumi.Map{
				"apiGroups":   pulumi.ToStringArray([]string{"kafka.strimzi.io"}),
				"apiVersions": pulumi.ToStringArray([]string{"*"}),
				"resources":   pulumi.ToStringArray([]string{"kafkatopics"}),
				"operations":  pulumi.ToStringArray([]string{"UPDATE"}),
			}}},
			"matchConditions": pulumi.Array{pulumi.Map{
				"name": pulumi.String("of-this-cluster"),
				"expression": pulumi.Sprintf("has(oldObject.metadata.labels) && %[1]q in oldObject.metadata.labels && "+
					"oldObject.metadata.labels[%[1]q] == %[2]q", clusterLabel, a.Name),
			}},
			"validations": rules,
		},
	}, pulumi.Parent(c), kube.After(a.Operator...))
	if err != nil {
		return nil, err
	}
	binding, err := kube.Apply(ctx, name+"-topics-binding", kube.Object{
		Kind: bindingKind, Name: policy,
		Spec: pulumi.Map{"policyName": pulumi.String(policy), "validationActions": pulumi.ToStringArray([]string{"Deny"})},
	}, pulumi.Parent(c), kube.After(guard))
	if err != nil {
		return nil, err
	}
	return []pulumi.Resource{binding}, nil
}

func validation(expression, message string) pulumi.Map {
	return pulumi.Map{"expression": pulumi.String(expression), "messageExpression": pulumi.String(message)}
}
