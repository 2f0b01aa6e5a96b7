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

func release(t *testing.T, options ...string) kubetest.Resource {
	t.Helper()
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		n, err := nfsprovisioner.New(ctx, "nfs", nfsprovisioner.Args{
			Charts: charts, Namespace: pulumi.String("files"), Server: "192.0.2.6", Path: "/export", MountOptions: options,
			Class: "shared",
		})
		assert.Equal(t, "shared", n.Class)
		return err
	}).Release(t, "nfs")
}

func TestInputs(t *testing.T) {
	r := release(t, "nfsvers=4.1", "hard")
	assert.Equal(t, pins.NFSProvisioner.Version, r.At("version"))
	assert.Equal(t, "files", r.At("namespace"))
	assert.Equal(t, map[string]any{
		"server": "192.0.2.6", "path": "/export", "mountOptions": []any{"nfsvers=4.1", "hard"}, "reclaimPolicy": "Retain",
	}, r.At("values.nfs"))
	assert.Equal(t, map[string]any{
		"create": true, "name": "shared", "provisionerName": "k8s-sigs.io/nfs-subdir-external-provisioner",
		"defaultClass": false, "accessModes": "ReadWriteMany", "reclaimPolicy": "Retain", "archiveOnDelete": true,
		"allowVolumeExpansion": false, "volumeBindingMode": "Immediate",
	}, r.At("values.storageClass"))
	assert.Equal(t, false, r.At("values.leaderElection.enabled"))
}

func TestWithoutMountOptions(t *testing.T) {
	assert.NotContains(t, release(t).At("values.nfs"), "mountOptions")
}
