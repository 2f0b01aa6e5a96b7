package kube

import (
	"fmt"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Kind names a kind of object.
type Kind struct {
	APIVersion string // group/version, or version for the core group
	Kind       string
}

// Object describes one object for which the SDK has no type.
type Object struct {
	Kind        Kind
	Name        string                // metadata.name; empty means the resource's Pulumi name
	Namespace   pulumi.StringPtrInput // nil means cluster-scoped
	Labels      pulumi.StringMap
	Annotations pulumi.StringMap
	Spec        pulumi.Map
}

// Apply registers o by server-side apply. The caller orders it after what brings its CRD.
func Apply(ctx *pulumi.Context, name string, o Object,
	opts ...pulumi.ResourceOption) (*apiextensions.CustomResource, error) {
	if o.Name == "" {
		o.Name = name
	}
	r, err := apiextensions.NewCustomResource(ctx, name, &apiextensions.CustomResourceArgs{
		ApiVersion: pulumi.String(o.Kind.APIVersion),
		Kind:       pulumi.String(o.Kind.Kind),
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String(o.Name), Namespace: o.Namespace, Labels: o.Labels, Annotations: o.Annotations,
		},
		OtherFields: kubernetes.UntypedArgs{"spec": o.Spec},
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", o.Kind.Kind, o.Name, err)
	}
	return r, nil
}
