package nfsprovisioner_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/streamforge/infrastructure/components/nfsprovisioner"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func graph(t *testing.T, options ...string) *kubetest.Graph {
	t.Helper()
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		n, err := nfsprovisioner.New(ctx, "nfs", nfsprovisioner.Args{
			Charts: charts, Namespace: pulumi.String("files"), Server: "192.0.2.6", Path: "/export", MountOptions: options,
			Class: "shared",
		})
		assert.Equal(t, "shared", n.Class.Name)
		assert.Len(t, n.Class.Ready, 2, "release and class")
		assert.Len(t, n.Declared, 1, "the class alone: the release is waited for by claims only")
		return err
	})
}

func TestInputs(t *testing.T) {
	g := graph(t, "nfsvers=4.1", "hard")
	r := g.Release(t, "nfs")
	assert.Equal(t, pins.NFSProvisioner.Version, r.At("version"))
	assert.Equal(t, "files", r.At("namespace"))
	assert.Equal(t, map[string]any{
		"server": "192.0.2.6", "path": "/export", "mountOptions": []any{"nfsvers=4.1", "hard"}, "reclaimPolicy": "Retain",
	}, r.At("values.nfs"))
	const provisioner = "k8s-sigs.io/nfs-subdir-external-provisioner"
	assert.Equal(t, map[string]any{"create": false, "provisionerName": provisioner, "accessModes": "ReadWriteMany"},
		r.At("values.storageClass"))
	class := g.Get(t, "kubernetes:storage.k8s.io/v1:StorageClass", "nfs-class")
	assert.Equal(t, provisioner, class.At("provisioner"))
	assert.Equal(t, "Retain", class.At("reclaimPolicy"))
	assert.Equal(t, false, class.At("allowVolumeExpansion"))
	assert.Equal(t, []any{"nfsvers=4.1", "hard"}, class.At("mountOptions"))
	assert.Equal(t, false, r.At("values.leaderElection.enabled"))
}

func TestWithoutMountOptions(t *testing.T) {
	g := graph(t)
	assert.NotContains(t, g.Release(t, "nfs").At("values.nfs"), "mountOptions")
	assert.Nil(t, g.Get(t, "kubernetes:storage.k8s.io/v1:StorageClass", "nfs-class").At("mountOptions"))
}
