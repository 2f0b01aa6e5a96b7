// Package storage is the layer of volumes and objects. Its first stage, the shared volumes, comes
// before the edge, whose controllers keep state.
package storage

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/nfsprovisioner"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// VolumesInputs is what the stage needs.
type VolumesInputs struct {
	Charts     kube.Charts
	NFS        config.NFS
	Monitoring *monitoring.Monitoring
	Disposable bool // lets a run delete namespaces; for sandboxes only
}

// Classes are the storage classes by what they are for. All of them travel together, Volumes gives
// the first of them and Blocks the rest; each brings what is to be waited for, so that who claims one
// does not wait for the others.
type Classes struct {
	Shared     kube.Class        // ReadWriteMany, on NFS; not for databases
	Replicated kube.Class        // ReadWriteOnce, on Linstor, copies on several machines; the cluster's default
	Local      kube.Class        // ReadWriteOnce, on Linstor, bound to the machine it was made on; for what replicates itself
	Snapshot   kube.Class        // VolumeSnapshotClass of both
	Gluster    kube.Class        // ReadWriteMany, folders of the Gluster volume; empty where the site has none
	Volume     kube.Class        // PersistentVolume that is the whole Gluster volume, for one claim; empty likewise
	Declared   []pulumi.Resource // the object of Shared: order operators with a webhook on classes after it
}

type volumes struct{ pulumi.ResourceState }

// Volumes makes the storage classes. It needs nothing but the cluster.
func Volumes(ctx *pulumi.Context, in VolumesInputs, opts ...pulumi.ResourceOption) (Classes, error) {
	stage := &volumes{}
	if err := ctx.RegisterComponentResource("streamforge:storage:Volumes", "storage-volumes", stage, opts...); err != nil {
		return Classes{}, err
	}
	child := pulumi.Parent(stage)
	// Pods that mount NFS themselves are refused by the restricted standard.
	ns, err := kube.Namespace(ctx, "nfs-provisioner", kube.Baseline, child, pulumi.Protect(!in.Disposable))
	if err != nil {
		return Classes{}, err
	}
	if _, err := kube.DefaultDeny(ctx, "nfs-provisioner", ns, nil, child); err != nil { // it serves nothing
		return Classes{}, err
	}
	nfs, err := nfsprovisioner.New(ctx, "nfs-provisioner", nfsprovisioner.Args{
		Charts: in.Charts, Namespace: ns,
		Server: in.NFS.Server.String(), Path: in.NFS.Path, MountOptions: in.NFS.MountOptions, Class: in.NFS.Class,
		Disposable: in.Disposable,
	}, child)
	if err != nil {
		return Classes{}, err
	}
	return Classes{Shared: nfs.Class, Declared: nfs.Declared},
		ctx.RegisterResourceOutputs(stage, pulumi.Map{"shared": pulumi.String(nfs.Class.Name)})
}
