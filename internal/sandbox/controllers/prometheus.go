package controllers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// prometheus stands in for Prometheus' operator: it makes the StatefulSets of both servers, of
// Alertmanager once its configuration and all that it is read from are there.
var prometheus = operator{
	name:  "prometheus",
	needs: []string{"prometheuses.monitoring.coreos.com", "alertmanagers.monitoring.coreos.com"},
	setup: func(mgr ctrl.Manager) error {
		p := &prometheusOperator{databases{mgr.GetClient()}}
		return ctrl.NewControllerManagedBy(mgr).Named("prometheus").
			Watches(monitoringObject("Prometheus"), everything).Watches(monitoringObject("Alertmanager"), everything).
			Watches(&corev1.Secret{}, everything).Watches(&appsv1.StatefulSet{}, everything).
			Complete(steady(p.reconcile))
	},
}

type prometheusOperator struct{ databases }

func monitoringObject(kind string) *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	o.SetAPIVersion("monitoring.coreos.com/v1")
	o.SetKind(kind)
	return o
}

func (p *prometheusOperator) reconcile(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
	var errs []error
	for kind, port := range map[string]int32{"Prometheus": 9090, "Alertmanager": 9093} {
		all, err := p.listed(ctx, monitoringObject(kind))
		errs = append(errs, err)
		for i := range all {
			errs = append(errs, p.conclude(ctx, &all[i], port))
		}
	}
	return reconcile.Result{}, errors.Join(errs...)
}

// conclude makes the server of o and says how it is.
func (p *prometheusOperator) conclude(ctx context.Context, o *unstructured.Unstructured, port int32) error {
	available := metav1.Condition{Type: "Available", Status: metav1.ConditionFalse, Reason: "NoPodReady"}
	err := p.configured(ctx, o)
	running := false
	if err == nil {
		running, err = p.server(ctx, o, port)
	}
	var problem invalid
	switch {
	case errors.As(err, &problem):
		available.Reason, available.Message = "ReconciliationFailed", problem.Error()
	case err != nil:
		return err
	case running:
		available.Status, available.Reason = metav1.ConditionTrue, "Running"
	}
	return report(ctx, p.client, o, available)
}

// configured demands the Secrets that o names.
func (p *prometheusOperator) configured(ctx context.Context, o *unstructured.Unstructured) error {
	if secret := text(o, "spec", "configSecret"); secret != "" {
		if err := p.holds(ctx, o.GetNamespace(), secret, "alertmanager.yaml"); err != nil {
			return err
		}
	}
	mounted, _ := field(o, "spec", "secrets").([]any)
	for _, name := range mounted {
		if err := p.holds(ctx, o.GetNamespace(), fmt.Sprint(name)); err != nil {
			return err
		}
	}
	return nil
}

// server makes the StatefulSet of o and tells whether all of it runs.
func (p *prometheusOperator) server(ctx context.Context, o *unstructured.Unstructured, port int32) (bool, error) {
	role := strings.ToLower(o.GetKind())
	count, _ := field(o, "spec", "replicas").(int64)
	store, err := storedOn(o)
	if err != nil {
		return false, err
	}
	labels := map[string]string{"app.kubernetes.io/name": role, "app.kubernetes.io/instance": o.GetName(), role: o.GetName()}
	set := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Namespace: o.GetNamespace(), Name: role + "-" + o.GetName()}}
	_, err = controllerutil.CreateOrUpdate(ctx, p.client, set, func() error {
		set.Labels = merged(set.Labels, labels)
		set.Spec.Replicas = ptr.To(int32(count))
		if set.UID == "" { // the rest of it cannot change
			set.Spec.ServiceName = role + "-operated"
			set.Spec.PodManagementPolicy = appsv1.ParallelPodManagement
			set.Spec.Selector = &metav1.LabelSelector{MatchLabels: labels}
			set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{store}
			set.Spec.Template = corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{Containers: []corev1.Container{{
					Name: role, Image: "quay.io/prometheus/" + role,
					Ports:        []corev1.ContainerPort{{Name: "http-web", ContainerPort: port}},
					VolumeMounts: []corev1.VolumeMount{{Name: store.Name, MountPath: "/" + role}},
				}}},
			}
		}
		return controllerutil.SetControllerReference(o, set, p.client.Scheme())
	})
	if err != nil {
		return false, fmt.Errorf("servers of %s: %w", o.GetName(), err)
	}
	return set.Status.ReadyReplicas == int32(count) && set.Status.ObservedGeneration == set.Generation, nil
}

// storedOn is the claim that o describes.
func storedOn(o *unstructured.Unstructured) (corev1.PersistentVolumeClaim, error) {
	store := corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: "db"}}
	m, _ := field(o, "spec", "storage", "volumeClaimTemplate", "spec").(map[string]any)
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(m, &store.Spec); err != nil {
		return store, invalidf("Invalid", "storage.volumeClaimTemplate: %v", err)
	}
	return store, nil
}
