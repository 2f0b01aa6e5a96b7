package piraeus_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/streamforge/infrastructure/components/piraeus"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func graph(t *testing.T, disposable bool) *kubetest.Graph {
	t.Helper()
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		issuer, err := kubetest.Any(ctx, "issuer")
		require.NoError(t, err)
		class, err := kubetest.Any(ctx, "other-class")
		require.NoError(t, err)
		p, err := piraeus.New(ctx, "piraeus", piraeus.Args{
			Charts: charts, Namespace: pulumi.String("blocks"), Issuer: "home-ca", NodeLabel: "example.test/disk", Device: "/dev/vdb",
			Replicas: 3, ReplicatedClass: "fast", LocalClass: "near", SnapshotClass: "snaps", Disposable: disposable,
			IssuerReady: []pulumi.Resource{issuer}, OtherClasses: []pulumi.Resource{class},
		})
		require.NoError(t, err)
		assert.Equal(t, []string{"fast", "near", "snaps"}, []string{p.Replicated.Name, p.Local.Name, p.Snapshot.Name})
		for _, c := range []struct {
			name string
			kube.Class
		}{{"claims-fast", p.Replicated}, {"claims-near", p.Local}, {"snapshots", p.Snapshot}} {
			_, err := kubetest.Any(ctx, c.name, kube.After(c.Ready...))
			require.NoError(t, err)
		}
		return nil
	})
}

const classToken = "kubernetes:storage.k8s.io/v1:StorageClass"

func TestOperatorComesAfterOtherClasses(t *testing.T) {
	r := graph(t, false).Release(t, "piraeus")
	assert.Equal(t, pins.Piraeus.Version, r.At("version"))
	assert.Equal(t, true, r.At("values.installCRDs"))
	assert.Equal(t, map[string]any{"group": "cert-manager.io", "kind": "ClusterIssuer", "name": "home-ca"},
		r.At("values.tls.certManagerIssuerRef"))
	assert.True(t, r.DependsOn("other-class"), "its webhook refuses every class while it is down")
	assert.True(t, r.DependsOn("issuer"))
}

func TestLinstorStartsWithItsFinalSettings(t *testing.T) {
	g := graph(t, false)
	const configuration = "kubernetes:piraeus.io/v1:LinstorSatelliteConfiguration"
	network := g.Get(t, configuration, "piraeus-satellites")
	assert.Equal(t, true, network.At("spec.podTemplate.spec.hostNetwork"))
	assert.Nil(t, network.At("spec.nodeAffinity"), "of all satellites")
	disks := g.Get(t, configuration, "piraeus-disks")
	assert.Equal(t, "example.test/disk", disks.At("spec.nodeAffinity.nodeSelectorTerms.0.matchExpressions.0.key"))
	assert.Equal(t, []any{"/dev/vdb"}, disks.At("spec.storagePools.0.source.hostDevices"))
	assert.Equal(t, "thin", disks.At("spec.storagePools.0.lvmThinPool.thinPool"))
	assert.True(t, disks.Retain)
	c := g.Get(t, "kubernetes:piraeus.io/v1:LinstorCluster", "piraeus-cluster")
	assert.Equal(t, "linstorcluster", c.At("metadata.name"))
	assert.Equal(t, "condition=Available", c.At(`metadata.annotations.pulumi\.com/waitFor`))
	assert.True(t, c.DependsOn("piraeus-satellites") && c.DependsOn("piraeus-disks"))
	assert.True(t, c.Protect && c.Retain, "without it no volume can be attached")
}

// TestCertificatesOutliveLinstor: it reads them when it starts and never again.
func TestCertificatesOutliveLinstor(t *testing.T) {
	g := graph(t, false)
	for token, name := range map[string]string{"LinstorSatelliteConfiguration": "piraeus-satellites", "LinstorCluster": "piraeus-cluster"} {
		r := g.Get(t, "kubernetes:piraeus.io/v1:"+token, name)
		assert.Equal(t, "home-ca", r.At("spec.internalTLS.certManager.name"))
		assert.Len(t, r.At("spec.patches"), 1)
		assert.Equal(t, map[string]any{"group": "cert-manager.io", "version": "v1", "kind": "Certificate"}, r.At("spec.patches.0.target"))
		var operations []map[string]string
		patch, _ := r.At("spec.patches.0.patch").(string)
		require.NoError(t, yaml.Unmarshal([]byte(patch), &operations))
		assert.Equal(t, []map[string]string{{"op": "add", "path": "/spec/duration", "value": kube.LongLived}}, operations)
	}
}

func TestClasses(t *testing.T) {
	g := graph(t, false)
	const isDefault = `metadata.annotations.storageclass\.kubernetes\.io/is-default-class`
	for _, c := range []struct {
		name, class, def string
		parameters       map[string]any
	}{
		{"piraeus-replicated", "fast", "true", map[string]any{
			"linstor.csi.linbit.com/storagePool": "thin", "linstor.csi.linbit.com/placementCount": "3", "csi.storage.k8s.io/fstype": "xfs",
			"property.linstor.csi.linbit.com/DrbdOptions/auto-quorum":                            "suspend-io",
			"property.linstor.csi.linbit.com/DrbdOptions/Resource/on-no-data-accessible":         "suspend-io",
			"property.linstor.csi.linbit.com/DrbdOptions/Resource/on-suspended-primary-outdated": "force-secondary",
			"property.linstor.csi.linbit.com/DrbdOptions/Net/rr-conflict":                        "retry-connect",
		}},
		{"piraeus-local", "near", "false", map[string]any{
			"linstor.csi.linbit.com/storagePool": "thin", "linstor.csi.linbit.com/placementCount": "1", "csi.storage.k8s.io/fstype": "xfs",
			"linstor.csi.linbit.com/layerList": "storage", "linstor.csi.linbit.com/allowRemoteVolumeAccess": "false",
		}},
	} {
		r := g.Get(t, classToken, c.name)
		assert.Equal(t, c.class, r.At("metadata.name"))
		assert.Equal(t, c.def, r.At(isDefault))
		assert.Equal(t, c.parameters, r.At("parameters"))
		assert.Equal(t, "Retain", r.At("reclaimPolicy"))
		assert.Equal(t, "WaitForFirstConsumer", r.At("volumeBindingMode"))
		assert.True(t, r.Protect && r.Retain)
		assert.True(t, r.DependsOn("Release piraeus"), "its webhook looks at every class")
	}
}

func TestWhoClaimsAClassWaitsForThatClass(t *testing.T) {
	g := graph(t, false)
	const claims = "kubernetes:core/v1:Namespace"
	for name, class := range map[string]string{
		"claims-fast": "piraeus-replicated", "claims-near": "piraeus-local", "snapshots": "piraeus-snapshot-class",
	} {
		r := g.Get(t, claims, name)
		assert.True(t, r.DependsOn("piraeus-cluster") && r.DependsOn(class), name)
		for _, other := range []string{"piraeus-replicated", "piraeus-local", "piraeus-snapshot-class", "piraeus-snapshots"} {
			if other != class && name != "snapshots" {
				assert.False(t, r.DependsOn(other), "%s waits for %s", name, other)
			}
		}
	}
	assert.True(t, g.Get(t, claims, "snapshots").DependsOn("Deployment piraeus-snapshots"))
}

func TestSnapshots(t *testing.T) {
	g := graph(t, false)
	class := g.Get(t, "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass", "piraeus-snapshot-class")
	assert.Equal(t, "snaps", class.At("metadata.name"))
	assert.Equal(t, "linstor.csi.linbit.com", class.At("driver"))
	assert.Equal(t, "Retain", class.At("deletionPolicy"))
	assert.True(t, class.Protect && class.Retain)
	assert.True(t, class.DependsOn("volumesnapshotclasses.snapshot.storage.k8s.io"))
	d := g.Get(t, "kubernetes:apps/v1:Deployment", "piraeus-snapshots")
	assert.Equal(t, pins.SnapshotController, d.At("spec.template.spec.containers.0.image"))
	assert.True(t, d.DependsOn("volumesnapshots.snapshot.storage.k8s.io"), "it exits without its kinds")
	assert.True(t, d.DependsOn("piraeus-snapshots-clusterrolebinding"))
	role := g.Get(t, "kubernetes:rbac.authorization.k8s.io/v1:Role", "piraeus-snapshots-role")
	assert.Equal(t, "blocks", role.At("metadata.namespace"))
	assert.Nil(t, g.Get(t, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "piraeus-snapshots-clusterrole").At("metadata.namespace"))
}

func TestDisposable(t *testing.T) {
	for _, r := range graph(t, true).All {
		if r.Name != "issuer" && r.Name != "other-class" {
			assert.False(t, r.Protect, r.Name)
		}
	}
}
