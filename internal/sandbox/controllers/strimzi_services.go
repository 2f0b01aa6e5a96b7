package controllers

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

// kindOf names an object's kind, whether it has a Go type or not.
func kindOf(o client.Object) string {
	if gvk, err := apiutil.GVKForObject(o, scheme); err == nil {
		return gvk.Kind
	}
	return "object"
}

func objectMetaOf(owner *unstructured.Unstructured, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: owner.GetNamespace(), Name: name}
}

// service makes a Service of the owner's. Its selector finds no pod: there are none.
func (s *strimziOperator) service(ctx context.Context, owner *unstructured.Unstructured, name string, headless bool, ports ...corev1.ServicePort) error {
	service := &corev1.Service{ObjectMeta: objectMetaOf(owner, name)}
	_, err := controllerutil.CreateOrUpdate(ctx, s.client, service, func() error {
		service.Labels = merged(service.Labels, map[string]string{
			strimziCluster: owner.GetName(), "strimzi.io/kind": owner.GetKind(), "app.kubernetes.io/managed-by": "strimzi-cluster-operator",
		})
		service.Spec.Selector = map[string]string{strimziCluster: owner.GetName(), "strimzi.io/kind": owner.GetKind()}
		if headless {
			service.Spec.ClusterIP = corev1.ClusterIPNone
		}
		for i := range ports {
			ports[i].Protocol = corev1.ProtocolTCP
			ports[i].TargetPort.IntVal = ports[i].Port
		}
		service.Spec.Ports = ports
		return controllerutil.SetControllerReference(owner, service, s.client.Scheme())
	})
	if err != nil {
		return fmt.Errorf("service %s: %w", name, err)
	}
	return nil
}

func listenerPort(l map[string]any) (port corev1.ServicePort, external bool) {
	number, _ := l["port"].(int64)
	return corev1.ServicePort{Name: fmt.Sprintf("tcp-%v", l["name"]), Port: int32(number)}, l["type"] != "internal"
}

// bootstrapServices makes the Service of all internal listeners, the one of all brokers, and one
// for each external listener.
func (s *strimziOperator) bootstrapServices(ctx context.Context, o *unstructured.Unstructured, listeners []any) error {
	internal := []corev1.ServicePort{{Name: "tcp-replication", Port: 9091}}
	for _, raw := range listeners {
		l := raw.(map[string]any)
		port, external := listenerPort(l)
		if !external {
			internal = append(internal, port)
			continue
		}
		name := fmt.Sprintf("%s-kafka-%v-bootstrap", o.GetName(), l["name"])
		if err := s.service(ctx, o, name, false, port); err != nil {
			return err
		}
	}
	if err := s.service(ctx, o, o.GetName()+"-kafka-bootstrap", false, internal...); err != nil {
		return err
	}
	return s.service(ctx, o, o.GetName()+"-kafka-brokers", true, internal...)
}

// brokerService makes the Service of one broker's external listener. The listener is part of its
// name unless it has the traditional name and port.
func (s *strimziOperator) brokerService(ctx context.Context, o *unstructured.Unstructured, pool string, id int, l map[string]any) error {
	port, external := listenerPort(l)
	if !external {
		return nil
	}
	name := fmt.Sprintf("%s-%s-%d", o.GetName(), pool, id)
	if l["name"] != "external" || port.Port != 9094 {
		name = fmt.Sprintf("%s-%s-%v-%d", o.GetName(), pool, l["name"], id)
	}
	return s.service(ctx, o, name, false, port)
}
