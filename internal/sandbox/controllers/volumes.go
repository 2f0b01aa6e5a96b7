package controllers

import (
	"context"
	"fmt"
	"path"
	"strings"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/record"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// volumes stands in for every external provisioner: it makes a PersistentVolume for each claim
// that kube-controller-manager hands to one, and deletes it again. Static binding, protection and
// phases are kube-controller-manager's own work.
var volumes = operator{name: "volumes", setup: func(mgr ctrl.Manager) error {
	v := &provisioner{client: mgr.GetClient(), events: mgr.GetEventRecorderFor("sandbox-provisioner")}
	if err := ctrl.NewControllerManagedBy(mgr).Named("claims").
		For(&corev1.PersistentVolumeClaim{}).Complete(steady(v.claim)); err != nil {
		return err
	}
	return ctrl.NewControllerManagedBy(mgr).Named("volumes").
		For(&corev1.PersistentVolume{}).Complete(steady(v.volume))
}}

const (
	// provisionerAnnotation is set by kube-controller-manager: who shall provision.
	provisionerAnnotation = "volume.kubernetes.io/storage-provisioner"
	// selectedNodeAnnotation is set by the scheduler: where the first consumer will run.
	selectedNodeAnnotation  = "volume.kubernetes.io/selected-node"
	provisionedByAnnotation = "pv.kubernetes.io/provisioned-by"
)

type provisioner struct {
	client client.Client
	events record.EventRecorder
}

func (p *provisioner) claim(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	var claim corev1.PersistentVolumeClaim
	if err := p.client.Get(ctx, req.NamespacedName, &claim); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	name := claim.Annotations[provisionerAnnotation]
	if claim.DeletionTimestamp != nil || claim.Spec.StorageClassName == nil || !external(name) {
		return reconcile.Result{}, nil
	}
	var class storagev1.StorageClass
	if err := p.client.Get(ctx, client.ObjectKey{Name: *claim.Spec.StorageClassName}, &class); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if claim.Spec.VolumeName != "" {
		return reconcile.Result{}, p.expand(ctx, &claim, &class)
	}
	waits := class.VolumeBindingMode != nil && *class.VolumeBindingMode == storagev1.VolumeBindingWaitForFirstConsumer
	if class.Provisioner != name || waits && claim.Annotations[selectedNodeAnnotation] == "" {
		return reconcile.Result{}, nil
	}
	volume := volumeFor(&claim, &class)
	if err := p.client.Create(ctx, volume); err != nil {
		return reconcile.Result{}, client.IgnoreAlreadyExists(err)
	}
	p.events.Eventf(&claim, corev1.EventTypeNormal, "ProvisioningSucceeded", "provisioned volume %s", volume.Name)
	return reconcile.Result{}, nil
}

// external says whether a provisioner is not one that kube-controller-manager knows itself; that
// excludes kubernetes.io/no-provisioner.
func external(provisioner string) bool {
	return provisioner != "" && !strings.HasPrefix(provisioner, "kubernetes.io/")
}

// volumeFor gives the volume bound to the claim. Its source is a host path whatever the class
// names: nothing mounts it, and a CSI source would wait for a driver to attach it.
func volumeFor(claim *corev1.PersistentVolumeClaim, class *storagev1.StorageClass) *corev1.PersistentVolume {
	policy := corev1.PersistentVolumeReclaimDelete
	if class.ReclaimPolicy != nil {
		policy = *class.ReclaimPolicy
	}
	size := claim.Spec.Resources.Requests[corev1.ResourceStorage]
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{
			Name:        "pvc-" + string(claim.UID),
			Annotations: map[string]string{provisionedByAnnotation: class.Provisioner},
		},
		Spec: corev1.PersistentVolumeSpec{
			Capacity:                      corev1.ResourceList{corev1.ResourceStorage: size},
			AccessModes:                   claim.Spec.AccessModes,
			VolumeMode:                    claim.Spec.VolumeMode,
			MountOptions:                  class.MountOptions,
			PersistentVolumeReclaimPolicy: policy,
			StorageClassName:              class.Name,
			ClaimRef: &corev1.ObjectReference{
				APIVersion: "v1", Kind: "PersistentVolumeClaim",
				Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID,
			},
			PersistentVolumeSource: corev1.PersistentVolumeSource{HostPath: &corev1.HostPathVolumeSource{
				Path: path.Join("/streamforge-sandbox", class.Name, claim.Namespace, claim.Name),
			}},
		},
	}
}

// expand grows the volume of a bound claim, as a CSI driver would; a class that does not allow it
// has the API server refuse the larger claim.
func (p *provisioner) expand(ctx context.Context, claim *corev1.PersistentVolumeClaim,
	class *storagev1.StorageClass) error {
	want, has := claim.Spec.Resources.Requests[corev1.ResourceStorage], claim.Status.Capacity[corev1.ResourceStorage]
	grows := class.AllowVolumeExpansion != nil && *class.AllowVolumeExpansion
	if !grows || claim.Status.Phase != corev1.ClaimBound || want.Cmp(has) <= 0 {
		return nil
	}
	var volume corev1.PersistentVolume
	if err := p.client.Get(ctx, client.ObjectKey{Name: claim.Spec.VolumeName}, &volume); err != nil {
		return client.IgnoreNotFound(err)
	}
	if volume.Annotations[provisionedByAnnotation] == "" {
		return nil
	}
	larger := volume.DeepCopy()
	larger.Spec.Capacity[corev1.ResourceStorage] = want
	if err := p.client.Patch(ctx, larger, client.MergeFrom(&volume)); err != nil {
		return fmt.Errorf("volume %s: %w", volume.Name, err)
	}
	before := claim.DeepCopy()
	claim.Status.Capacity[corev1.ResourceStorage] = want
	claim.Status.Conditions = nil
	return patchStatus(ctx, p.client, before, claim)
}

// volume deletes what was provisioned for a claim that is gone, unless it shall be retained.
func (p *provisioner) volume(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	var volume corev1.PersistentVolume
	if err := p.client.Get(ctx, req.NamespacedName, &volume); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	released := volume.Status.Phase == corev1.VolumeReleased && volume.DeletionTimestamp == nil
	deletes := volume.Spec.PersistentVolumeReclaimPolicy == corev1.PersistentVolumeReclaimDelete
	if !released || !deletes || !external(volume.Annotations[provisionedByAnnotation]) {
		return reconcile.Result{}, nil
	}
	return reconcile.Result{}, client.IgnoreNotFound(p.client.Delete(ctx, &volume))
}
