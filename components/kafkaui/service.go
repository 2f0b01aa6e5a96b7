package kafkaui

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

// service declares the Service and lets the ingress controller alone reach it.
func (k *KafkaUI) service(ctx *pulumi.Context, name string, a Args) (pulumi.Resource, error) {
	labels := pulumi.ToStringMap(Labels())
	service, err := kube.Service(ctx, name, kube.ServiceArgs{
		Name: Service, Namespace: a.Namespace, Labels: labels, Annotations: kube.AwaitNothing(),
		Pods: labels, Ports: []kube.ServicePort{{Name: "http", Port: Port}},
	}, pulumi.Parent(k))
	if err != nil {
		return nil, err
	}
	_, err = kube.NetworkPolicy(ctx, name, kube.NetworkPolicyArgs{
		Name: app, Namespace: a.Namespace, Labels: labels, Pods: labels,
		Ingress: []kube.Rule{{Peers: []kube.Peer{{Namespace: a.From}}, TCP: []int{Port}}},
	}, pulumi.Parent(k))
	if err != nil {
		return nil, err
	}
	return service, nil
}
