package glusterfs_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/components/glusterfs"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func graph(t *testing.T, disposable bool) *kubetest.Graph {
	t.Helper()
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		g, err := glusterfs.New(ctx, "glusterfs", glusterfs.Args{
			Charts: charts, Namespace: pulumi.String("files"), Server: "ganesha.example.test", Volume: "vol1", Class: "shared",
			SizeGiB: 300, MountOptions: []string{"hard"}, Disposable: disposable,
		})
		require.NoError(t, err)
		assert.Equal(t, []string{"shared", "glusterfs-vol1"}, []string{g.Class.Name, g.Volume.Name})
		assert.Len(t, g.Class.Ready, 2, "release and class")
		assert.Len(t, g.Volume.Ready, 2, "release and volume")
		return nil
	})
}

func TestDriver(t *testing.T) {
	r := graph(t, false).Release(t, "glusterfs")
	assert.Equal(t, pins.CSIDriverNFS.Version, r.At("version"))
	assert.Equal(t, "files", r.At("namespace"))
	assert.Equal(t, "retain", r.At("values.controller.defaultOnDeletePolicy"))
	for _, off := range []string{"storageClass.create", "externalSnapshotter.enabled", "controller.enableSnapshotter"} {
		assert.Equal(t, false, r.At("values."+off), off)
	}
}

func TestClassAndVolumeAreTheSameExport(t *testing.T) {
	g := graph(t, false)
	class := g.Get(t, "kubernetes:storage.k8s.io/v1:StorageClass", "glusterfs-class")
	assert.Equal(t, "shared", class.At("metadata.name"))
	assert.Equal(t, map[string]any{
		"server": "ganesha.example.test", "share": "/vol1", "subDir": "${pvc.metadata.namespace}/${pvc.metadata.name}", "onDelete": "retain",
	}, class.At("parameters"))
	assert.Nil(t, class.At("metadata.annotations"), "never the default class")
	volume := g.Get(t, "kubernetes:core/v1:PersistentVolume", "glusterfs-volume")
	assert.Equal(t, "glusterfs-vol1", volume.At("metadata.name"))
	assert.Equal(t, map[string]any{
		"driver": class.At("provisioner"), "volumeHandle": "ganesha.example.test#vol1#",
		"volumeAttributes": map[string]any{"server": "ganesha.example.test", "share": "/vol1"},
	}, volume.At("spec.csi"))
	assert.Equal(t, "300Gi", volume.At("spec.capacity.storage"))
	assert.Equal(t, class.At("metadata.name"), volume.At("spec.storageClassName"))
	assert.Equal(t, class.At("mountOptions"), volume.At("spec.mountOptions"))
	for _, r := range []kubetest.Resource{class, volume} {
		assert.True(t, r.Protect && r.Retain, r.Name)
	}
	assert.Equal(t, "Retain", class.At("reclaimPolicy"))
	assert.Equal(t, "Retain", volume.At("spec.persistentVolumeReclaimPolicy"))
}

func TestDisposable(t *testing.T) {
	for _, r := range graph(t, true).All {
		assert.False(t, r.Protect, r.Name)
	}
}
