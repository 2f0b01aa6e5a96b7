// Package piraeus makes block volumes out of raw disks of the nodes: Linstor, run by the Piraeus
// operator, with DRBD below the volumes that are replicated.
package piraeus

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Args configure Linstor.
type Args struct {
	Charts          kube.Charts
	Namespace       pulumi.StringInput // must exist and allow privileged pods: DRBD is a kernel module
	Issuer          string             // ClusterIssuer of the webhook's certificate and of Linstor's own TLS
	NodeLabel       string             // nodes with the value "true" of it give their disk to Linstor
	Device          string             // path of that disk, raw and empty, the same on each of these nodes
	Replicas        int                // copies of a replicated volume, at least 2
	ReplicatedClass string             // name of the StorageClass with replication, the cluster's default class
	LocalClass      string             // name of the one without
	SnapshotClass   string             // name of the VolumeSnapshotClass
	MetricsFrom     []kube.Peer        // who may ask the snapshot controller for metrics
	Disposable      bool               // lets a run delete the classes; for sandboxes only

	IssuerReady []pulumi.Resource // Issuer signs
	// OtherClasses are the StorageClasses that do not come from here. Once the operator is
	// installed, its webhook refuses every StorageClass while the operator is down.
	OtherClasses []pulumi.Resource
}

// SnapshotPort is the name of the port on which pods with SnapshotLabels serve metrics.
const SnapshotPort = "http"

// SnapshotLabels are those of the snapshot controller.
func SnapshotLabels() map[string]string {
	return map[string]string{"app.kubernetes.io/name": snapshotter}
}

// Piraeus is the running Linstor.
type Piraeus struct {
	pulumi.ResourceState
	Replicated kube.Class        // StorageClass; ReadWriteOnce, survives the loss of a node
	Local      kube.Class        // StorageClass; ReadWriteOnce, bound to the node it was made on
	Snapshot   kube.Class        // VolumeSnapshotClass of both
	Ready      []pulumi.Resource // claims of both classes are bound, snapshots are taken
}

// New installs the operator, then Linstor and the classes.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*Piraeus, error) {
	p := &Piraeus{}
	if err := ctx.RegisterComponentResource("streamforge:storage:Piraeus", name, p, opts...); err != nil {
		return nil, fmt.Errorf("piraeus %s: %w", name, err)
	}
	release, err := a.Charts.Release(ctx, name, pins.Piraeus, kube.ReleaseArgs{
		Namespace: a.Namespace,
		Values:    values(a),
	}, pulumi.Parent(p), kube.After(a.IssuerReady...), kube.After(a.OtherClasses...))
	if err != nil {
		return nil, err
	}
	linstor, err := p.cluster(ctx, name, a, release)
	if err != nil {
		return nil, err
	}
	if err := p.classes(ctx, name, a, release, linstor); err != nil {
		return nil, err
	}
	if err := p.snapshots(ctx, name, a, linstor); err != nil {
		return nil, err
	}
	p.Ready = slices.Concat(p.Replicated.Ready, p.Local.Ready, p.Snapshot.Ready)
	return p, ctx.RegisterResourceOutputs(p, pulumi.Map{
		"replicated": pulumi.String(a.ReplicatedClass), "local": pulumi.String(a.LocalClass), "snapshot": pulumi.String(a.SnapshotClass),
	})
}

func values(a Args) pulumi.Map {
	return pulumi.Map{
		"installCRDs": pulumi.Bool(true),
		// Without it the chart makes a new certificate of its own at every rendering.
		"tls":      pulumi.Map{"certManagerIssuerRef": issuerRef(a.Issuer, "cert-manager.io")},
		"operator": pulumi.Map{"resources": kube.Resources("50m", "96Mi", "256Mi")},
	}
}

func issuerRef(issuer, group string) pulumi.Map {
	return pulumi.Map{
		"group": pulumi.String(group), "kind": pulumi.String("ClusterIssuer"), "name": pulumi.String(issuer),
	}
}
