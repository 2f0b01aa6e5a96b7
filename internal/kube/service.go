package kube

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ServiceArgs describe a Service inside the cluster.
type ServiceArgs struct {
	Name        string             // metadata.name; empty means the resource's Pulumi name
	Namespace   pulumi.StringInput // must exist
	Labels      pulumi.StringMap
	Annotations pulumi.StringMap
	Pods        pulumi.StringMap // labels of the pods behind it; nil when its EndpointSlice is made by hand
	Ports       []ServicePort
}

// ServicePort is a TCP port of a Service.
type ServicePort struct {
	Name   string
	Port   int
	Target int // of the pods; 0 means their port of the same name
}

// Service registers a Service of type ClusterIP.
func Service(ctx *pulumi.Context, name string, a ServiceArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	spec := &corev1.ServiceSpecArgs{}
	if a.Pods != nil {
		spec.Selector = a.Pods
	}
	var ports corev1.ServicePortArray
	for _, p := range a.Ports {
		var target pulumi.Input = pulumi.String(p.Name)
		if p.Target != 0 {
			target = pulumi.Int(p.Target)
		}
		ports = append(ports, &corev1.ServicePortArgs{Name: pulumi.String(p.Name), Port: pulumi.Int(p.Port), TargetPort: target})
	}
	spec.Ports = ports
	r, err := corev1.NewService(ctx, name, &corev1.ServiceArgs{
		Metadata: meta(name, a.Name, a.Namespace, a.Labels, a.Annotations), Spec: spec,
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("service %s: %w", name, err)
	}
	return r, nil
}
