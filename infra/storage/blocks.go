package storage

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/glusterfs"
	"github.com/streamforge/infrastructure/components/piraeus"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/stacks/config"
)

// BlocksInputs is what the stage needs.
type BlocksInputs struct {
	Charts      kube.Charts
	Storage     config.Storage
	Classes     Classes           // from Volumes
	Issuer      string            // ClusterIssuer
	IssuerReady []pulumi.Resource // Issuer signs
	Monitoring  *monitoring.Monitoring
	Disposable  bool // lets a run delete namespaces and classes; for sandboxes only
}

type blocks struct{ pulumi.ResourceState }

// Blocks adds the classes of block volumes and of the Gluster volume. Nothing of the edge waits
// for it.
func Blocks(ctx *pulumi.Context, in BlocksInputs, opts ...pulumi.ResourceOption) (Classes, error) {
	stage := &blocks{}
	if err := ctx.RegisterComponentResource("streamforge:storage:Blocks", "storage-blocks", stage, opts...); err != nil {
		return Classes{}, err
	}
	child := pulumi.Parent(stage)
	classes, declared := in.Classes, in.Classes.Declared
	if in.Storage.Gluster != nil {
		gluster, err := volume(ctx, in, child)
		if err != nil {
			return Classes{}, err
		}
		classes.Gluster, classes.Volume = gluster.Class, gluster.Volume
		declared = slices.Concat(declared, gluster.Declared)
	}
	linstor, err := disks(ctx, in, declared, child)
	if err != nil {
		return Classes{}, err
	}
	classes.Replicated, classes.Local, classes.Snapshot = linstor.Replicated, linstor.Local, linstor.Snapshot
	return classes, ctx.RegisterResourceOutputs(stage, pulumi.Map{
		"replicated": pulumi.String(classes.Replicated.Name), "local": pulumi.String(classes.Local.Name),
		"snapshot": pulumi.String(classes.Snapshot.Name), "gluster": pulumi.String(classes.Gluster.Name),
	})
}

func volume(ctx *pulumi.Context, in BlocksInputs, child pulumi.ResourceOption) (*glusterfs.GlusterFS, error) {
	// The driver mounts on the nodes.
	ns, err := kube.Namespace(ctx, "csi-nfs", kube.Privileged, child, pulumi.Protect(!in.Disposable))
	if err != nil {
		return nil, err
	}
	if _, err := kube.DefaultDeny(ctx, "csi-nfs", ns, nil, child); err != nil { // the driver is in the hosts' network
		return nil, err
	}
	g := in.Storage.Gluster
	return glusterfs.New(ctx, "glusterfs", glusterfs.Args{
		Charts: in.Charts, Namespace: ns,
		Server: g.Server, Volume: g.Volume, Class: g.Class, SizeGiB: g.SizeGiB, MountOptions: g.MountOptions,
		Disposable: in.Disposable,
	}, child)
}

func disks(ctx *pulumi.Context, in BlocksInputs, declared []pulumi.Resource, child pulumi.ResourceOption) (*piraeus.Piraeus, error) {
	// Satellites load a kernel module and write to raw disks.
	ns, err := kube.Namespace(ctx, "piraeus-datastore", kube.Privileged, child, pulumi.Protect(!in.Disposable))
	if err != nil {
		return nil, err
	}
	for _, target := range linstorTargets(ns) {
		if _, err := in.Monitoring.Scrape(ctx, "linstor", target, child); err != nil {
			return nil, err
		}
	}
	if _, err := in.Monitoring.Scrape(ctx, "snapshots", monitoring.Target{
		Namespace: ns, Pods: true, Labels: piraeus.SnapshotLabels(), Endpoints: []monitoring.Endpoint{{Port: piraeus.SnapshotPort}},
	}, child); err != nil {
		return nil, err
	}
	l := in.Storage.Linstor
	return piraeus.New(ctx, "piraeus", piraeus.Args{
		Charts: in.Charts, Namespace: ns, Issuer: in.Issuer,
		NodeLabel: config.LinstorLabel, Device: l.Device, Replicas: l.Replicas,
		ReplicatedClass: l.ReplicatedClass, LocalClass: l.LocalClass, SnapshotClass: l.SnapshotClass,
		MetricsFrom: monitoring.Peers(), Disposable: in.Disposable, IssuerReady: in.IssuerReady, OtherClasses: declared,
	}, child)
}
