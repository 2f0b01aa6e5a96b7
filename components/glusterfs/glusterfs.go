// Package glusterfs makes an existing GlusterFS volume available to pods. Kubernetes itself no
// longer speaks to Gluster: NFS-Ganesha on the Gluster hosts exports the volume, the NFS CSI driver
// mounts it. Ganesha and the address it answers on are outside the cluster.
package glusterfs

import (
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/pins"
)

// Args configure access to one volume.
type Args struct {
	Charts       kube.Charts
	Namespace    pulumi.StringInput // must exist and allow privileged pods: the driver mounts on the nodes
	Server       string             // address or name of NFS-Ganesha, reachable from every node
	Volume       string             // exported under its own name, without squashing root
	Class        string             // name of the StorageClass, never the default one
	SizeGiB      int                // what the one claim for the whole volume is told
	MountOptions []string           // e.g. nfsvers=4.1
	Disposable   bool               // lets a run delete the class and the volume's object; for sandboxes only
}

// GlusterFS is the volume as pods see it.
type GlusterFS struct {
	pulumi.ResourceState
	Class    kube.Class        // StorageClass; ReadWriteMany, a folder of the volume for each claim, sizes are not enforced
	Volume   kube.Class        // PersistentVolume that is the whole volume, for the one claim that names it
	Declared []pulumi.Resource // the class exists: order operators with a webhook on classes after it
	Ready    []pulumi.Resource // both
}

const driver = "nfs.csi.k8s.io"

var (
	classKind  = kube.Kind{APIVersion: "storage.k8s.io/v1", Kind: "StorageClass"}
	volumeKind = kube.Kind{APIVersion: "v1", Kind: "PersistentVolume"}
)

// New installs the driver and declares the class and the volume.
func New(ctx *pulumi.Context, name string, a Args, opts ...pulumi.ResourceOption) (*GlusterFS, error) {
	g := &GlusterFS{}
	if err := ctx.RegisterComponentResource("streamforge:storage:GlusterFS", name, g, opts...); err != nil {
		return nil, fmt.Errorf("glusterfs %s: %w", name, err)
	}
	release, err := a.Charts.Release(ctx, name, pins.CSIDriverNFS, kube.ReleaseArgs{
		Namespace: a.Namespace,
		Values:    values(),
	}, pulumi.Parent(g))
	if err != nil {
		return nil, err
	}
	kept := []pulumi.ResourceOption{
		pulumi.Parent(g), pulumi.Protect(!a.Disposable), pulumi.RetainOnDelete(!a.Disposable),
	}
	class, err := kube.Apply(ctx, name+"-class", kube.Object{
		Kind: classKind, Name: a.Class,
		Fields: pulumi.Map{
			"provisioner": pulumi.String(driver),
			"parameters": pulumi.StringMap{
				"server": pulumi.String(a.Server), "share": pulumi.String("/" + a.Volume),
				"subDir":   pulumi.String("${pvc.metadata.namespace}/${pvc.metadata.name}"),
				"onDelete": pulumi.String("retain"),
			},
			"mountOptions":         pulumi.ToStringArray(a.MountOptions),
			"reclaimPolicy":        pulumi.String("Retain"),
			"volumeBindingMode":    pulumi.String("Immediate"),
			"allowVolumeExpansion": pulumi.Bool(false), // sizes are not enforced anyway
		},
	}, kept...)
	if err != nil {
		return nil, err
	}
	whole := "glusterfs-" + a.Volume
	volume, err := a.whole(ctx, name+"-volume", whole, kept)
	if err != nil {
		return nil, err
	}
	g.Declared, g.Ready = []pulumi.Resource{class}, []pulumi.Resource{release, class, volume}
	g.Class = kube.Class{Name: a.Class, Ready: []pulumi.Resource{release, class}}
	g.Volume = kube.Class{Name: whole, Ready: []pulumi.Resource{release, volume}}
	return g, ctx.RegisterResourceOutputs(g, pulumi.Map{"class": pulumi.String(a.Class), "volume": pulumi.String(whole)})
}

// whole declares the volume with everything that was in it before the cluster came.
func (a Args) whole(ctx *pulumi.Context, name, object string, kept []pulumi.ResourceOption) (pulumi.Resource, error) {
	return kube.Apply(ctx, name, kube.Object{
		Kind: volumeKind, Name: object,
		Spec: pulumi.Map{
			"capacity":                      pulumi.StringMap{"storage": pulumi.String(strconv.Itoa(a.SizeGiB) + "Gi")},
			"accessModes":                   pulumi.ToStringArray([]string{"ReadWriteMany"}),
			"persistentVolumeReclaimPolicy": pulumi.String("Retain"),
			"storageClassName":              pulumi.String(a.Class),
			"mountOptions":                  pulumi.ToStringArray(a.MountOptions),
			"csi": pulumi.Map{
				"driver": pulumi.String(driver),
				// Must differ from every other volume's: the driver's own handles have more parts.
				"volumeHandle":     pulumi.String(a.Server + "#" + a.Volume + "#"),
				"volumeAttributes": pulumi.StringMap{"server": pulumi.String(a.Server), "share": pulumi.String("/" + a.Volume)},
			},
		},
	}, kept...)
}

func values() pulumi.Map {
	return pulumi.Map{
		"controller": pulumi.Map{
			"replicas":              pulumi.Int(1),
			"enableSnapshotter":     pulumi.Bool(false), // copies of folders would be archives in the same volume
			"defaultOnDeletePolicy": pulumi.String("retain"),
		},
		"externalSnapshotter": pulumi.Map{"enabled": pulumi.Bool(false)}, // the cluster has one
		"storageClass":        pulumi.Map{"create": pulumi.Bool(false)},  // declared beside the chart, where it is protected
	}
}
