package kube

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Kind names a kind of object.
type Kind struct {
	APIVersion string // group/version, or version for the core group
	Kind       string
}

// token is the provider's name of the kind.
func (k Kind) token() string {
	group := ""
	if !strings.Contains(k.APIVersion, "/") {
		group = "core/"
	}
	return "kubernetes:" + group + k.APIVersion + ":" + k.Kind
}

// Object describes one object of a kind for which this package has no type.
type Object struct {
	Kind        Kind
	Name        string                // metadata.name; empty means the resource's Pulumi name
	Namespace   pulumi.StringPtrInput // nil means cluster-scoped
	Labels      pulumi.StringMap
	Annotations pulumi.StringMap
	Spec        pulumi.Map    // nil for kinds without one
	Fields      pulumi.Map    // top-level fields besides metadata and spec, e.g. an EndpointSlice's endpoints
	WaitFor     string        // the condition that must be True before the resource counts as made, e.g. Ready, or a Value; empty means none
	Timeout     time.Duration // how long to wait for it, 0 means 5 minutes
	Servers     bool          // it stands for servers with volumes, one of which starts after another: the wait is longer than any Timeout
}

// Apply registers o by server-side apply. The caller orders it after what brings its CRD.
func Apply(ctx *pulumi.Context, name string, o Object, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	fields := pulumi.Map{}
	maps.Copy(fields, o.Fields)
	if o.Spec != nil {
		fields["spec"] = o.Spec
	}
	metadata := meta(name, o.Name, nil, o.Labels, o.annotations())
	if o.Namespace != nil {
		metadata["namespace"] = o.Namespace
	}
	if o.Servers {
		opts = append(slices.Clone(opts), waitUpTo(serversPatience))
	}
	return register(ctx, o.Kind, name, metadata, fields, opts...)
}

// writtenTimeout is what objects of servers say of their wait since the first release. See waitUpTo.
const writtenTimeout = 20 * time.Minute

// annotations adds the provider's own way of waiting for a custom resource.
func (o Object) annotations() pulumi.StringMap {
	if o.WaitFor == "" {
		return o.Annotations
	}
	switch {
	case o.Servers:
		o.Timeout = writtenTimeout
	case o.Timeout == 0:
		o.Timeout = 5 * time.Minute
	}
	if !strings.HasPrefix(o.WaitFor, "jsonpath=") {
		o.WaitFor = "condition=" + o.WaitFor
	}
	all := maps.Clone(o.Annotations)
	if all == nil {
		all = pulumi.StringMap{}
	}
	all["pulumi.com/waitFor"] = pulumi.String(o.WaitFor)
	all["pulumi.com/timeoutSeconds"] = pulumi.String(strconv.Itoa(int(o.Timeout.Seconds())))
	return all
}

// object is a registered object of any kind.
type object struct {
	pulumi.CustomResourceState
	Metadata pulumi.MapOutput `pulumi:"metadata"`
}

// register registers an object by its token, for whatever a field holds the provider passes on to the
// API server, which refuses what it does not know. The SDK's own types are left out because of what
// they cost: docs/decisions/0006-native-objects.md.
func register(ctx *pulumi.Context, kind Kind, name string, metadata, fields pulumi.Map,
	opts ...pulumi.ResourceOption) (*object, error) {
	inputs := maps.Clone(fields)
	inputs["apiVersion"], inputs["kind"], inputs["metadata"] = pulumi.String(kind.APIVersion), pulumi.String(kind.Kind), metadata
	o := &object{}
	if err := ctx.RegisterResource(kind.token(), name, inputs, o, opts...); err != nil {
		return nil, fmt.Errorf("%s %s: %w", kind.Kind, name, err)
	}
	return o, nil
}

func meta(fallback, name string, namespace pulumi.StringInput, labels, annotations pulumi.StringMap) pulumi.Map {
	if name == "" {
		name = fallback
	}
	m := pulumi.Map{"name": pulumi.String(name)}
	if namespace != nil {
		m["namespace"] = namespace
	}
	if labels != nil { // a nil map would be sent as an empty one
		m["labels"] = labels
	}
	if annotations != nil {
		m["annotations"] = annotations
	}
	return m
}
