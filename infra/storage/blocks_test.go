package storage_test

import (
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/infra/storage"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/stacks/config"
)

func blocks(t *testing.T, change func(*config.Storage)) (*kubetest.Graph, storage.Classes) {
	t.Helper()
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	s := config.Storage{
		NFS:     config.NFS{Server: netip.MustParseAddr("192.0.2.6"), Path: "/export", Class: "files"},
		Linstor: config.Linstor{Device: "/dev/vdb", Replicas: 2, ReplicatedClass: "fast", LocalClass: "near", SnapshotClass: "snaps"},
		Gluster: &config.Gluster{Server: "192.0.2.7", Volume: "vol1", Class: "large", SizeGiB: 10},
	}
	change(&s)
	var classes storage.Classes
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		first, err := storage.Volumes(ctx, storage.VolumesInputs{Charts: charts, NFS: s.NFS})
		require.NoError(t, err)
		assert.Equal(t, "files", first.Shared)
		assert.Empty(t, first.Replicated, "block volumes come later")
		issuer, err := kubetest.Any(ctx, "issuer")
		require.NoError(t, err)
		classes, err = storage.Blocks(ctx, storage.BlocksInputs{
			Charts: charts, Storage: s, Classes: first, Issuer: "home-ca", IssuerReady: []pulumi.Resource{issuer},
		})
		return err
	})
	return g, classes
}

func TestBlocks(t *testing.T) {
	g, classes := blocks(t, func(*config.Storage) {})
	ready := classes.Ready
	classes.Ready = nil
	assert.Equal(t, storage.Classes{
		Shared: "files", Replicated: "fast", Local: "near", Snapshot: "snaps", Gluster: "large", Volume: "glusterfs-vol1",
	}, classes)
	assert.Len(t, ready, 9, "two of NFS, three of Gluster, four of Linstor")
	operator := g.Release(t, "piraeus")
	for _, other := range []string{"Release nfs-provisioner", "StorageClass glusterfs-class", "issuer"} {
		assert.True(t, operator.DependsOn(other), other)
	}
	for _, ns := range []string{"piraeus-datastore", "csi-nfs"} {
		r := g.Get(t, "kubernetes:core/v1:Namespace", ns)
		assert.Equal(t, "privileged", r.At(`metadata.labels.pod-security\.kubernetes\.io/enforce`))
		assert.True(t, r.Protect)
	}
}

func TestWithoutGluster(t *testing.T) {
	g, classes := blocks(t, func(s *config.Storage) { s.Gluster = nil })
	assert.Empty(t, classes.Gluster)
	assert.Empty(t, classes.Volume)
	for _, name := range g.Names() {
		assert.NotContains(t, name, "glusterfs", "not deploying is not declaring")
	}
}
