package kube

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// SecretArgs describe a Secret.
type SecretArgs struct {
	Name        string             // metadata.name; empty means the resource's Pulumi name
	Namespace   pulumi.StringInput // must exist
	Labels      pulumi.StringMap
	Annotations pulumi.StringMap
	Type        string           // e.g. kubernetes.io/tls; empty means Opaque
	Data        pulumi.StringMap // plain text; every value should be a Pulumi secret or public
}

// Secret registers a Secret.
func Secret(ctx *pulumi.Context, name string, a SecretArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	s := &corev1.SecretArgs{Metadata: meta(name, a.Name, a.Namespace, a.Labels, a.Annotations), StringData: a.Data}
	if a.Type != "" {
		s.Type = pulumi.String(a.Type)
	}
	r, err := corev1.NewSecret(ctx, name, s, opts...)
	if err != nil {
		return nil, fmt.Errorf("secret %s: %w", name, err)
	}
	return r, nil
}

// ConfigMapArgs describe a ConfigMap.
type ConfigMapArgs struct {
	Name        string             // metadata.name; empty means the resource's Pulumi name
	Namespace   pulumi.StringInput // must exist
	Labels      pulumi.StringMap
	Annotations pulumi.StringMap
	Data        pulumi.StringMap // public, at most 1 MiB in all
}

// ConfigMap registers a ConfigMap.
func ConfigMap(ctx *pulumi.Context, name string, a ConfigMapArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	r, err := corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
		Metadata: meta(name, a.Name, a.Namespace, a.Labels, a.Annotations), Data: a.Data,
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("config map %s: %w", name, err)
	}
	return r, nil
}

func meta(fallback, name string, namespace pulumi.StringInput, labels, annotations pulumi.StringMap) *metav1.ObjectMetaArgs {
	if name == "" {
		name = fallback
	}
	m := &metav1.ObjectMetaArgs{Name: pulumi.String(name)}
	if namespace != nil {
		m.Namespace = namespace.ToStringOutput().ToStringPtrOutput()
	}
	if labels != nil { // a nil map in an interface would be sent as an empty one
		m.Labels = labels
	}
	if annotations != nil {
		m.Annotations = annotations
	}
	return m
}
