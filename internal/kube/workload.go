package kube

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// WorkloadArgs describe a Deployment or a StatefulSet.
type WorkloadArgs struct {
	Name           string             // metadata.name
	Namespace      pulumi.StringInput // must exist
	Labels         pulumi.StringMap   // of it and of its pods, by which it finds them
	Annotations    pulumi.StringMap   // of it
	PodAnnotations pulumi.StringMap   // a change of one starts the pods anew
	Replicas       int
	Pod            Pod
}

// Deployment registers a Deployment, whose pods are replaced one by one.
func Deployment(ctx *pulumi.Context, name string, a WorkloadArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	return deployment(ctx, name, a, nil, opts)
}

// Alone registers a Deployment of one pod that ends before the next one starts.
func Alone(ctx *pulumi.Context, name string, a WorkloadArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	a.Replicas = 1
	return deployment(ctx, name, a, pulumi.Map{"type": pulumi.String("Recreate")}, opts)
}

func deployment(ctx *pulumi.Context, name string, a WorkloadArgs, strategy pulumi.Map, opts []pulumi.ResourceOption) (pulumi.Resource, error) {
	spec := a.spec()
	if strategy != nil {
		spec["strategy"] = strategy
	}
	return register(ctx, Kind{"apps/v1", "Deployment"}, name, meta(name, a.Name, a.Namespace, a.Labels, a.Annotations), pulumi.Map{"spec": spec}, opts...)
}

// StatefulSetArgs are what a StatefulSet has besides.
type StatefulSetArgs struct {
	WorkloadArgs
	Service string  // headless, gives each pod its name
	AtOnce  bool    // pods start without waiting for those before them
	Claims  []Claim // volumes of each pod; they stay when the set goes
}

// StatefulSet registers a StatefulSet.
func StatefulSet(ctx *pulumi.Context, name string, a StatefulSetArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	spec := a.spec()
	spec["serviceName"] = pulumi.String(a.Service)
	spec["updateStrategy"] = pulumi.Map{"type": pulumi.String("RollingUpdate")}
	spec["podManagementPolicy"] = pulumi.String("OrderedReady")
	if a.AtOnce {
		spec["podManagementPolicy"] = pulumi.String("Parallel")
	}
	if len(a.Claims) > 0 {
		opts = append(opts, waitUpTo(VolumePatience))
		spec["persistentVolumeClaimRetentionPolicy"] = pulumi.Map{"whenDeleted": pulumi.String("Retain"), "whenScaled": pulumi.String("Retain")}
		setList(spec, "volumeClaimTemplates", a.Claims, func(c Claim) pulumi.Map {
			return pulumi.Map{"metadata": meta("", c.Name, nil, a.Labels, nil), "spec": c.spec()}
		})
	}
	return register(ctx, Kind{"apps/v1", "StatefulSet"}, name, meta(name, a.Name, a.Namespace, a.Labels, a.Annotations), pulumi.Map{"spec": spec}, opts...)
}

func (a WorkloadArgs) spec() pulumi.Map {
	return pulumi.Map{
		"replicas": pulumi.Int(a.Replicas), "selector": selector(a.Labels), "template": a.Pod.template(a.Labels, a.PodAnnotations),
	}
}

// Class is a class of volumes, or one volume that a claim names: what claims say, and what they need.
type Class struct {
	Name  string            // of the object; empty where the site has none
	Ready []pulumi.Resource // claims of it are bound
}

// Claim asks for a volume that one node at a time writes to.
type Claim struct {
	Name         string
	StorageClass string
	GiB          int
}

// PersistentVolumeClaim registers a claim.
func PersistentVolumeClaim(ctx *pulumi.Context, name string, c Claim, namespace pulumi.StringInput, labels pulumi.StringMap,
	opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	return register(ctx, Kind{"v1", "PersistentVolumeClaim"}, name, meta(name, c.Name, namespace, labels, nil), pulumi.Map{"spec": c.spec()}, opts...)
}

func (c Claim) spec() pulumi.Map {
	return pulumi.Map{
		"accessModes": pulumi.ToStringArray([]string{"ReadWriteOnce"}), "storageClassName": pulumi.String(c.StorageClass),
		"resources": pulumi.Map{"requests": pulumi.Map{"storage": pulumi.Sprintf("%dGi", c.GiB)}},
	}
}
