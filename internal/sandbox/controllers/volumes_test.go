package controllers

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func storageClass(name string, edit func(*storagev1.StorageClass)) *storagev1.StorageClass {
	class := &storagev1.StorageClass{
		ObjectMeta: objectMeta("", name), Provisioner: "example.org/nfs",
		ReclaimPolicy:     ptr.To(corev1.PersistentVolumeReclaimDelete),
		VolumeBindingMode: ptr.To(storagev1.VolumeBindingImmediate),
		MountOptions:      []string{"hard"},
	}
	if edit != nil {
		edit(class)
	}
	return class
}

func claimOf(namespace, name, class string) *corev1.PersistentVolumeClaim {
	return &corev1.PersistentVolumeClaim{
		ObjectMeta: objectMeta(namespace, name),
		Spec: corev1.PersistentVolumeClaimSpec{
			StorageClassName: &class, AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteMany},
			Resources: corev1.VolumeResourceRequirements{
				Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")},
			},
		},
	}
}

func bound(claim *corev1.PersistentVolumeClaim) bool { return claim.Status.Phase == corev1.ClaimBound }

func TestClaimIsProvisionedAndVolumeDeletedWithIt(t *testing.T) {
	c, ns := world(t)
	claim := claimOf(ns, "data", "deletes")
	create(t, c, storageClass("deletes", nil), claim)
	until(t, c, claim, bound)
	volume := &corev1.PersistentVolume{ObjectMeta: objectMeta("", claim.Spec.VolumeName)}
	require.NoError(t, c.Get(t.Context(), client.ObjectKeyFromObject(volume), volume))
	require.Equal(t, "pvc-"+string(claim.UID), volume.Name)
	require.Equal(t, []string{"hard"}, volume.Spec.MountOptions)
	require.Equal(t, []corev1.PersistentVolumeAccessMode{corev1.ReadWriteMany}, volume.Spec.AccessModes)
	require.Equal(t, "1Gi", volume.Spec.Capacity.Storage().String())
	require.NoError(t, c.Delete(t.Context(), claim))
	gone(t, c, volume)
}

func TestRetainedVolumeOutlivesItsClaim(t *testing.T) {
	c, ns := world(t)
	claim := claimOf(ns, "data", "retains")
	create(t, c, claim, storageClass("retains", func(s *storagev1.StorageClass) {
		s.ReclaimPolicy = ptr.To(corev1.PersistentVolumeReclaimRetain)
	}))
	until(t, c, claim, bound)
	volume := &corev1.PersistentVolume{ObjectMeta: objectMeta("", claim.Spec.VolumeName)}
	require.NoError(t, c.Delete(t.Context(), claim))
	until(t, c, volume, func(v *corev1.PersistentVolume) bool { return v.Status.Phase == corev1.VolumeReleased })
	require.NoError(t, c.Delete(t.Context(), volume))
	gone(t, c, volume)
}

func TestFirstConsumerIsAwaited(t *testing.T) {
	c, ns := world(t)
	claim, other := claimOf(ns, "late", "waits"), claimOf(ns, "now", "at-once")
	create(t, c, storageClass("at-once", nil), claim, other,
		storageClass("waits", func(s *storagev1.StorageClass) {
			s.VolumeBindingMode = ptr.To(storagev1.VolumeBindingWaitForFirstConsumer)
		}))
	until(t, c, other, bound)
	require.NoError(t, c.Get(t.Context(), client.ObjectKeyFromObject(claim), claim))
	require.Equal(t, corev1.ClaimPending, claim.Status.Phase)
	change(t, c, claim, func(p *corev1.PersistentVolumeClaim) { // what the scheduler does
		p.Annotations = merged(p.Annotations, map[string]string{selectedNodeAnnotation: "node-1"})
	})
	until(t, c, claim, bound)
}

func TestStaticVolumeIsBoundNotProvisioned(t *testing.T) {
	c, ns := world(t)
	claim := claimOf(ns, "static", "")
	claim.Spec.VolumeName = "static-volume"
	create(t, c, claim, &corev1.PersistentVolume{
		ObjectMeta: objectMeta("", "static-volume"),
		Spec: corev1.PersistentVolumeSpec{
			Capacity: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}, AccessModes: claim.Spec.AccessModes,
			PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimRetain,
			PersistentVolumeSource:        corev1.PersistentVolumeSource{NFS: &corev1.NFSVolumeSource{Server: "127.0.0.1", Path: "/"}},
		},
	})
	require.Equal(t, "static-volume", until(t, c, claim, bound).Spec.VolumeName)
}

func TestBoundVolumeGrows(t *testing.T) {
	c, ns := world(t)
	claim := claimOf(ns, "data", "grows")
	create(t, c, claim, storageClass("grows", func(s *storagev1.StorageClass) { s.AllowVolumeExpansion = ptr.To(true) }))
	until(t, c, claim, bound)
	change(t, c, claim, func(p *corev1.PersistentVolumeClaim) {
		p.Spec.Resources.Requests[corev1.ResourceStorage] = resource.MustParse("2Gi")
	})
	until(t, c, claim, func(p *corev1.PersistentVolumeClaim) bool { return p.Status.Capacity.Storage().String() == "2Gi" })
	volume := &corev1.PersistentVolume{ObjectMeta: objectMeta("", claim.Spec.VolumeName)}
	until(t, c, volume, func(v *corev1.PersistentVolume) bool { return v.Spec.Capacity.Storage().String() == "2Gi" })
}
