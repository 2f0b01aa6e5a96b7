package storage_test

import (
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/streamforge/infrastructure/infra/storage"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/stacks/config"
)

const classType = "kubernetes:storage.k8s.io/v1:StorageClass"

func graph(t *testing.T, disposable bool) *kubetest.Graph {
	t.Helper()
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		classes, err := storage.Volumes(ctx, storage.VolumesInputs{
			Charts: charts, Disposable: disposable,
			NFS: config.NFS{
				Server: netip.MustParseAddr("192.0.2.6"), Path: "/export", Class: "shared", MountOptions: []string{"hard"},
			},
		})
		assert.Equal(t, "shared", classes.Shared.Name)
		assert.Len(t, classes.Shared.Ready, 2, "release and class")
		return err
	})
}

func TestSharedClass(t *testing.T) {
	g := graph(t, false)
	r := g.Release(t, "nfs-provisioner")
	assert.Equal(t, "nfs-provisioner", r.At("namespace"))
	assert.Equal(t, "192.0.2.6", r.At("values.nfs.server"))
	assert.Equal(t, "/export", r.At("values.nfs.path"))
	assert.Equal(t, []any{"hard"}, r.At("values.nfs.mountOptions"))
	class := g.Get(t, classType, "nfs-provisioner-class")
	assert.Equal(t, "shared", class.At("metadata.name"))
	assert.True(t, class.Protect && class.Retain, "deleting the class strands every claim that names it")
	assert.False(t, graph(t, true).Get(t, classType, "nfs-provisioner-class").Protect)
	ns := g.Get(t, "kubernetes:core/v1:Namespace", "nfs-provisioner")
	assert.True(t, ns.Protect)
	assert.Equal(t, "baseline", ns.At(`metadata.labels.pod-security\.kubernetes\.io/enforce`), "restricted refuses NFS volumes")
	assert.False(t, graph(t, true).Get(t, "kubernetes:core/v1:Namespace", "nfs-provisioner").Protect)
}
