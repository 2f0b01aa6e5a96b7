package kube

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

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
	Spec        pulumi.Map    // nil for kinds without one
	Fields      pulumi.Map    // top-level fields besides metadata and spec, e.g. an EndpointSlice's endpoints
	WaitFor     string        // the condition that must be True before the resource counts as made, e.g. Ready; empty means none
	Timeout     time.Duration // how long to wait for it, 0 means 5 minutes
}

// Apply registers o by server-side apply. The caller orders it after what brings its CRD.
func Apply(ctx *pulumi.Context, name string, o Object,
	opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	if o.Name == "" {
		o.Name = name
	}
	if !strings.Contains(o.Kind.APIVersion, "/") {
		return o.core(ctx, name, opts)
	}
	fields := kubernetes.UntypedArgs{}
	for k, v := range o.Fields {
		fields[k] = v
	}
	if o.Spec != nil {
		fields["spec"] = o.Spec
	}
	r, err := apiextensions.NewCustomResource(ctx, name, &apiextensions.CustomResourceArgs{
		ApiVersion:  pulumi.String(o.Kind.APIVersion),
		Kind:        pulumi.String(o.Kind.Kind),
		Metadata:    metadata(o),
		OtherFields: fields,
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", o.Kind.Kind, o.Name, err)
	}
	return r, nil
}

type coreObject struct{ pulumi.CustomResourceState }

// core registers an object of the core group by its token: the SDK's untyped resource is for groups
// that have a name.
func (o Object) core(ctx *pulumi.Context, name string, opts []pulumi.ResourceOption) (pulumi.Resource, error) {
	inputs := pulumi.Map{}
	maps.Copy(inputs, o.Fields)
	inputs["apiVersion"], inputs["kind"] = pulumi.String(o.Kind.APIVersion), pulumi.String(o.Kind.Kind)
	inputs["metadata"] = metadata(o)
	if o.Spec != nil {
		inputs["spec"] = o.Spec
	}
	r := &coreObject{}
	if err := ctx.RegisterResource("kubernetes:core/"+o.Kind.APIVersion+":"+o.Kind.Kind, name, inputs, r, opts...); err != nil {
		return nil, fmt.Errorf("%s %s: %w", o.Kind.Kind, o.Name, err)
	}
	return r, nil
}

func metadata(o Object) *metav1.ObjectMetaArgs {
	return &metav1.ObjectMetaArgs{
		Name: pulumi.String(o.Name), Namespace: o.Namespace, Labels: o.Labels, Annotations: o.annotations(),
	}
}

// annotations adds the provider's own way of waiting for a custom resource.
func (o Object) annotations() pulumi.StringMap {
	if o.WaitFor == "" {
		return o.Annotations
	}
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Minute
	}
	all := maps.Clone(o.Annotations)
	if all == nil {
		all = pulumi.StringMap{}
	}
	all["pulumi.com/waitFor"] = pulumi.String("condition=" + o.WaitFor)
	all["pulumi.com/timeoutSeconds"] = pulumi.String(strconv.Itoa(int(o.Timeout.Seconds())))
	return all
}
