package controllers

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

// instances makes the StatefulSet of a cluster and tells whether all of it runs.
func (p *postgresOperator) instances(ctx context.Context, o *unstructured.Unstructured, labels map[string]string) (bool, error) {
	count, _ := field(o, "spec", "numberOfInstances").(int64)
	size, err := resource.ParseQuantity(text(o, "spec", "volume", "size"))
	if err != nil {
		return false, invalidf("Invalid", "volume.size: %v", err)
	}
	set := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Namespace: o.GetNamespace(), Name: o.GetName()}}
	_, err = controllerutil.CreateOrUpdate(ctx, p.client, set, func() error {
		set.Labels = merged(set.Labels, labels)
		set.Spec.Replicas = ptr.To(int32(count))
		if set.UID == "" { // the rest of it cannot change
			set.Spec.ServiceName = o.GetName() + "-config"
			set.Spec.PodManagementPolicy = appsv1.OrderedReadyPodManagement
			set.Spec.Selector = &metav1.LabelSelector{MatchLabels: labels}
			set.Spec.Template = instance(labels)
			set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{claim(size, text(o, "spec", "volume", "storageClass"), labels)}
		}
		return controllerutil.SetControllerReference(o, set, p.client.Scheme())
	})
	if err != nil {
		return false, fmt.Errorf("instances of %s: %w", o.GetName(), err)
	}
	return set.Status.ReadyReplicas == int32(count) && set.Status.ObservedGeneration == set.Generation, nil
}

func claim(size resource.Quantity, class string, labels map[string]string) corev1.PersistentVolumeClaim {
	return corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: "pgdata", Labels: labels},
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}, StorageClassName: &class,
			Resources: corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: size}},
		},
	}
}

// instance is a pod of the real image's name that nobody runs.
func instance(labels map[string]string) corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: labels},
		Spec: corev1.PodSpec{
			SecurityContext: &corev1.PodSecurityContext{RunAsUser: ptr.To[int64](101), RunAsGroup: ptr.To[int64](103), FSGroup: ptr.To[int64](103)},
			Containers: []corev1.Container{{
				Name: "postgres", Image: "ghcr.io/zalando/spilo-17:4.0-p2",
				Ports:        []corev1.ContainerPort{{Name: "postgresql", ContainerPort: 5432}, {ContainerPort: 8008}},
				VolumeMounts: []corev1.VolumeMount{{Name: "pgdata", MountPath: "/home/postgres/pgdata"}},
			}},
			Affinity: &corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{
				RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{{
					TopologyKey: "kubernetes.io/hostname", LabelSelector: &metav1.LabelSelector{MatchLabels: labels},
				}},
			}},
		},
	}
}
