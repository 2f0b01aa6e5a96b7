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
		assert.Equal(t, "files", first.Shared.Name)
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
	for _, c := range []struct {
		kube.Class
		want  string
		ready int
	}{
		{classes.Shared, "files", 2}, {classes.Replicated, "fast", 2}, {classes.Local, "near", 2}, {classes.Snapshot, "snaps", 3},
		{classes.Gluster, "large", 2}, {classes.Volume, "glusterfs-vol1", 2},
	} {
		assert.Equal(t, c.want, c.Name)
		assert.Len(t, c.Ready, c.ready, c.want)
	}
	operator := g.Release(t, "piraeus")
	for _, other := range []string{"StorageClass nfs-provisioner-class", "StorageClass glusterfs-class", "issuer"} {
		assert.True(t, operator.DependsOn(other), other)
	}
	for _, other := range []string{"Release nfs-provisioner", "Release glusterfs"} {
		assert.False(t, operator.DependsOn(other), "its webhook looks at %s's class, not at its pods", other)
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
