package piraeus

import (
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

var (
	clusterKind   = kube.Kind{APIVersion: "piraeus.io/v1", Kind: "LinstorCluster"}
	satelliteKind = kube.Kind{APIVersion: "piraeus.io/v1", Kind: "LinstorSatelliteConfiguration"}
)

const (
	pool        = "thin"       // Linstor's name of the storage pool
	volumeGroup = "vg-linstor" // LVM's names below it, made on the raw disk
	thinPool    = "thin"
)

// cluster declares what runs on the nodes before it declares Linstor, so that no satellite starts
// with settings that it would have to be restarted for.
func (p *Piraeus) cluster(ctx *pulumi.Context, name string, a Args, release pulumi.Resource) (pulumi.Resource, error) {
	child, after := pulumi.Parent(p), kube.After(release)
	certificates := pulumi.Map{"certManager": issuerRef(a.Issuer, "cert-manager.io")}
	network, err := kube.Apply(ctx, name+"-satellites", kube.Object{
		Kind: satelliteKind, Name: "satellites",
		Spec: pulumi.Map{
			"internalTLS": certificates, "patches": longLived(),
			// Replication in the pod network stops whenever a satellite's pod is restarted.
			"podTemplate": pulumi.Map{"spec": pulumi.Map{"hostNetwork": pulumi.Bool(true)}},
		},
	}, child, after)
	if err != nil {
		return nil, err
	}
	disks, err := kube.Apply(ctx, name+"-disks", kube.Object{
		Kind: satelliteKind, Name: "disks",
		Spec: pulumi.Map{
			"nodeAffinity": affinity(pulumi.Map{
				"key": pulumi.String(a.NodeLabel), "operator": pulumi.String("In"), "values": pulumi.ToStringArray([]string{"true"}),
			}),
			"storagePools": pulumi.Array{pulumi.Map{
				"name": pulumi.String(pool),
				"lvmThinPool": pulumi.Map{
					"volumeGroup": pulumi.String(volumeGroup), "thinPool": pulumi.String(thinPool),
				},
				"source": pulumi.Map{"hostDevices": pulumi.ToStringArray([]string{a.Device})},
			}},
		},
		// A pool that leaves the program stays: its disks hold volumes.
	}, child, after, pulumi.RetainOnDelete(!a.Disposable))
	if err != nil {
		return nil, err
	}
	return kube.Apply(ctx, name+"-cluster", kube.Object{
		Kind: clusterKind, Name: "linstorcluster",
		Spec: pulumi.Map{
			// Every worker, with a disk or without: those without attach volumes over the network.
			"nodeAffinity": affinity(pulumi.Map{
				"key": pulumi.String("node-role.kubernetes.io/control-plane"), "operator": pulumi.String("DoesNotExist"),
			}),
			// Workers with special hardware are tainted, their pods have volumes as well.
			"tolerations": pulumi.Array{pulumi.Map{"operator": pulumi.String("Exists"), "effect": pulumi.String("NoSchedule")}},
			"internalTLS": certificates, "patches": longLived(),
		},
		// The controller answers, once its image is there. Disks may follow much later, see kube.VolumePatience.
		WaitFor: "Available", Timeout: 20 * time.Minute,
	}, child, kube.After(network, disks), pulumi.Protect(!a.Disposable), pulumi.RetainOnDelete(!a.Disposable))
}

// longLived changes the certificates that the operator asks for: Linstor reads its own only when it
// starts (piraeusdatastore/piraeus-operator#701), so that the ninety days of cert-manager would end while it runs.
func longLived() pulumi.Array {
	return pulumi.Array{pulumi.Map{
		"target": pulumi.Map{"group": pulumi.String("cert-manager.io"), "version": pulumi.String("v1"), "kind": pulumi.String("Certificate")},
		"patch":  pulumi.String("- {op: add, path: /spec/duration, value: " + kube.LongLived + "}\n"),
	}}
}

// affinity selects nodes by one expression.
func affinity(expression pulumi.Map) pulumi.Map {
	return pulumi.Map{"nodeSelectorTerms": pulumi.Array{pulumi.Map{"matchExpressions": pulumi.Array{expression}}}}
}
