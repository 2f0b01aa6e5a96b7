package controllers

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

func clientKey(o client.Object) client.ObjectKey { return client.ObjectKeyFromObject(o) }

// nodeSet makes the StatefulSet of equal servers and tells whether all of them run.
func (e *elasticOperator) nodeSet(ctx context.Context, o *unstructured.Unstructured, spec map[string]any, labels map[string]string) (bool, error) {
	count, _ := spec["count"].(int64)
	set := &appsv1.StatefulSet{ObjectMeta: objectMetaOf(o, fmt.Sprintf("%s-es-%v", o.GetName(), spec["name"]))}
	template, err := elasticPod(spec["podTemplate"], "elasticsearch", "docker.elastic.co/elasticsearch/elasticsearch:"+text(o, "spec", "version"))
	if err != nil {
		return false, err
	}
	var claims []corev1.PersistentVolumeClaim
	templates, _ := spec["volumeClaimTemplates"].([]any)
	for _, raw := range templates {
		var claim corev1.PersistentVolumeClaim
		m, _ := raw.(map[string]any)
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(m, &claim); err != nil {
			return false, invalidf("Invalid", "volumeClaimTemplates: %v", err)
		}
		claims = append(claims, claim)
	}
	own := merged(nil, labels, map[string]string{"elasticsearch.k8s.elastic.co/statefulset-name": set.Name})
	_, err = controllerutil.CreateOrUpdate(ctx, e.client, set, func() error {
		set.Labels = merged(set.Labels, own)
		set.Spec.Replicas = ptr.To(int32(count))
		if set.UID == "" { // the rest of it cannot change
			set.Spec.ServiceName = set.Name
			set.Spec.PodManagementPolicy = appsv1.ParallelPodManagement
			set.Spec.Selector = &metav1.LabelSelector{MatchLabels: own}
			template.Labels = own
			set.Spec.Template, set.Spec.VolumeClaimTemplates = template, claims
		}
		return controllerutil.SetControllerReference(o, set, e.client.Scheme())
	})
	if err != nil {
		return false, fmt.Errorf("node set %s: %w", set.Name, err)
	}
	return set.Status.ReadyReplicas == int32(count) && set.Status.ObservedGeneration == set.Generation, nil
}

// deployment makes Kibana's Deployment and tells whether all of it runs.
func (e *elasticOperator) deployment(ctx context.Context, o *unstructured.Unstructured, labels map[string]string) (bool, error) {
	count, _ := field(o, "spec", "count").(int64)
	template, err := elasticPod(field(o, "spec", "podTemplate"), "kibana", "docker.elastic.co/kibana/kibana:"+text(o, "spec", "version"))
	if err != nil {
		return false, err
	}
	template.Labels = labels
	d := &appsv1.Deployment{ObjectMeta: objectMetaOf(o, o.GetName()+"-kb")}
	_, err = controllerutil.CreateOrUpdate(ctx, e.client, d, func() error {
		d.Labels = merged(d.Labels, labels)
		d.Spec.Replicas = ptr.To(int32(count))
		if d.UID == "" {
			d.Spec.Selector = &metav1.LabelSelector{MatchLabels: labels}
			d.Spec.Template = template
		}
		return controllerutil.SetControllerReference(o, d, e.client.Scheme())
	})
	if err != nil {
		return false, fmt.Errorf("kibana %s: %w", o.GetName(), err)
	}
	return d.Status.ReadyReplicas == int32(count) && d.Status.ObservedGeneration == d.Generation, nil
}

// elasticPod fills the template of the object as the operator does: with the image, and with what
// makes a container fit for the restricted Pod Security Standard.
func elasticPod(raw any, container, image string) (template corev1.PodTemplateSpec, err error) {
	m, _ := raw.(map[string]any)
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(m, &template); err != nil {
		return template, invalidf("Invalid", "podTemplate: %v", err)
	}
	if len(template.Spec.Containers) == 0 {
		template.Spec.Containers = []corev1.Container{{Name: container}}
	}
	for i := range template.Spec.Containers {
		c := &template.Spec.Containers[i]
		c.Image = image
		if c.SecurityContext == nil {
			c.SecurityContext = &corev1.SecurityContext{
				AllowPrivilegeEscalation: ptr.To(false), Privileged: ptr.To(false), ReadOnlyRootFilesystem: ptr.To(true),
				RunAsNonRoot: ptr.To(true), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			}
		}
	}
	return template, nil
}
