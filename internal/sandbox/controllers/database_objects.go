package controllers

import (
	"context"
	"crypto/rand"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

// databases makes what belongs to the object of a database cluster: its Services, and Secrets
// that nobody has made before.
type databases struct{ client client.Client }

// listed gives the objects of a kind that are not being deleted.
func (d databases) listed(ctx context.Context, like *unstructured.Unstructured) (all []unstructured.Unstructured, err error) {
	list := &unstructured.UnstructuredList{}
	list.SetAPIVersion(like.GetAPIVersion())
	list.SetKind(like.GetKind() + "List")
	if err := d.client.List(ctx, list); err != nil {
		return nil, err
	}
	for _, o := range list.Items {
		if o.GetDeletionTimestamp() == nil {
			all = append(all, o)
		}
	}
	return all, nil
}

// holds demands a Secret with keys that are not empty.
func (d databases) holds(ctx context.Context, namespace, name string, keys ...string) error {
	var secret corev1.Secret
	err := d.client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, &secret)
	if apierrors.IsNotFound(err) {
		return invalidf("SecretMissing", "secret %s does not exist", name)
	}
	if err != nil {
		return err
	}
	for _, key := range keys {
		if len(secret.Data[key]) == 0 {
			return invalidf("SecretIncomplete", "secret %s has no key %s", name, key)
		}
	}
	return nil
}

// invent makes a Secret unless there is one: what is there is taken over as it is.
func (d databases) invent(ctx context.Context, namespace, name string, labels, data map[string]string) error {
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: labels}, StringData: data,
	}
	err := d.client.Create(ctx, secret)
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("secret %s: %w", name, err)
	}
	return nil
}

func (d databases) service(ctx context.Context, owner *unstructured.Unstructured, name string, headless bool,
	selector map[string]string, port int32) error {
	service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: owner.GetNamespace(), Name: name}}
	_, err := controllerutil.CreateOrUpdate(ctx, d.client, service, func() error {
		service.Labels, service.Spec.Selector = merged(service.Labels, selector), selector
		if headless {
			service.Spec.ClusterIP = corev1.ClusterIPNone
		}
		service.Spec.Ports = []corev1.ServicePort{{
			Name: "server", Port: port, Protocol: corev1.ProtocolTCP, TargetPort: intstr.FromInt32(port),
		}}
		return controllerutil.SetControllerReference(owner, service, d.client.Scheme())
	})
	if err != nil {
		return fmt.Errorf("service %s: %w", name, err)
	}
	return nil
}

func password() string { return rand.Text() }
