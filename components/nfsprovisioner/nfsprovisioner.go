// Package nfsprovisioner makes volumes that many pods share out of folders of an existing NFS export.
package nfsprovisioner

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Args configure the provisioner.
type Args struct {
	Charts       kube.Charts
	Namespace    pulumi.StringInput // must exist, at least baseline: restricted forbids NFS volumes
	Server       string             // address of the NFS server, reachable from every node
	Path         string             // absolute path of the export, which must not squash root
	MountOptions []string           // e.g. nfsvers=4.1
	Class        string             // name of the StorageClass, never the default one
	Disposable   bool               // lets a run delete the class; for sandboxes only
}

// NFSProvisioner is the installed provisioner.
type NFSProvisioner struct {
	pulumi.ResourceState
	Class    kube.Class        // StorageClass; ReadWriteMany, sizes are not enforced
	Declared []pulumi.Resource // the class exists: order operators with a webhook on classes after it
	Ready    []pulumi.Resource // claims of Class are bound
}

// provisioner stands in every volume made by it. The chart derives it from the release's name
// otherwise, and a renamed release would orphan them all.
const provisioner = "k8s-sigs.io/nfs-subdir-external-provisioner"

var classKind = kube.Kind{APIVersion: "storage.k8s.io/v1", Kind: "StorageClass"}

// New installs the chart and declares the class beside it, where it is protected.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*NFSProvisioner, error) {
	n := &NFSProvisioner{}
	if err := ctx.RegisterComponentResource("streamforge:storage:NFSProvisioner", name, n, opts...); err != nil {
		return nil, fmt.Errorf("nfs provisioner %s: %w", name, err)
	}
	release, err := a.Charts.Release(ctx, name, pins.NFSProvisioner, kube.ReleaseArgs{
		Namespace: a.Namespace,
		Values:    values(a),
	}, pulumi.Parent(n))
	if err != nil {
		return nil, err
	}
	class, err := kube.Apply(ctx, name+"-class", class(a),
		pulumi.Parent(n), pulumi.Protect(!a.Disposable), pulumi.RetainOnDelete(!a.Disposable))
	if err != nil {
		return nil, err
	}
	n.Declared, n.Ready = []pulumi.Resource{class}, []pulumi.Resource{release, class}
	n.Class = kube.Class{Name: a.Class, Ready: n.Ready}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"class": pulumi.String(a.Class)})
}

func class(a Args) kube.Object {
	fields := pulumi.Map{
		"provisioner":          pulumi.String(provisioner),
		"parameters":           pulumi.StringMap{"archiveOnDelete": pulumi.String("true")},
		"reclaimPolicy":        pulumi.String("Retain"),
		"allowVolumeExpansion": pulumi.Bool(false), // the provisioner cannot, and claims would hang
		"volumeBindingMode":    pulumi.String("Immediate"),
	}
	if len(a.MountOptions) > 0 {
		fields["mountOptions"] = pulumi.ToStringArray(a.MountOptions)
	}
	return kube.Object{Kind: classKind, Name: a.Class, Fields: fields}
}

func values(a Args) pulumi.Map {
	nfs := pulumi.Map{
		"server": pulumi.String(a.Server), "path": pulumi.String(a.Path), "reclaimPolicy": pulumi.String("Retain"),
	}
	if len(a.MountOptions) > 0 { // the chart makes a PersistentVolume of its own to carry them
		nfs["mountOptions"] = pulumi.ToStringArray(a.MountOptions)
	}
	return pulumi.Map{
		"nfs": nfs,
		"storageClass": pulumi.Map{
			"create": pulumi.Bool(false), "provisionerName": pulumi.String(provisioner),
			"accessModes": pulumi.String("ReadWriteMany"), // of the provisioner's own volume
		},
		// One replica; elections use Endpoints, which Kubernetes 1.33 deprecates.
		"leaderElection": pulumi.Map{"enabled": pulumi.Bool(false)},
		"resources":      kube.Resources("10m", "32Mi", "128Mi"),
	}
}
