package controllers

import (
	"context"
	"crypto/rand"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func (s *strimziOperator) topic(ctx context.Context, w strimziWorld, o *unstructured.Unstructured) error {
	if !w.ready[clusterOf(o)] {
		return invalidf("KafkaError", "cluster %s does not serve", clusterOf(o))
	}
	topic := text(o, "spec", "topicName")
	if topic == "" {
		topic = o.GetName()
	}
	before := o.DeepCopy()
	if err := unstructured.SetNestedField(o.Object, topic, "status", "topicName"); err != nil {
		return err
	}
	return patchStatus(ctx, s.client, before, o)
}

// user makes the user's Secret with the password it is told to take, or one of its own.
func (s *strimziOperator) user(ctx context.Context, w strimziWorld, o *unstructured.Unstructured) error {
	if !w.ready[clusterOf(o)] {
		return invalidf("KafkaError", "cluster %s does not serve", clusterOf(o))
	}
	name := o.GetName()
	password := ""
	if ref, key := text(o, "spec", "authentication", "password", "valueFrom", "secretKeyRef", "name"),
		text(o, "spec", "authentication", "password", "valueFrom", "secretKeyRef", "key"); ref != "" {
		var source corev1.Secret
		if err := s.exists(ctx, o.GetNamespace(), ref, &source); err != nil {
			return err
		}
		if password = string(source.Data[key]); password == "" {
			return invalidf("InvalidResourceException", "secret %s has no key %s", ref, key)
		}
	}
	if err := s.secret(ctx, o, name, func(data map[string][]byte) map[string][]byte {
		if password == "" {
			password = string(data["password"])
		}
		if password == "" {
			password = rand.Text()
		}
		const module = "org.apache.kafka.common.security.scram.ScramLoginModule"
		return map[string][]byte{
			"password":         []byte(password),
			"sasl.jaas.config": fmt.Appendf(nil, "%s required username=%q password=%q;", module, name, password),
		}
	}); err != nil {
		return err
	}
	before := o.DeepCopy()
	for _, key := range []string{"username", "secret"} {
		if err := unstructured.SetNestedField(o.Object, name, "status", key); err != nil {
			return err
		}
	}
	return patchStatus(ctx, s.client, before, o)
}

func (s *strimziOperator) connect(ctx context.Context, w strimziWorld, o *unstructured.Unstructured) error {
	refs := []string{text(o, "spec", "authentication", "passwordSecret", "secretName")}
	trusted, _ := field(o, "spec", "tls", "trustedCertificates").([]any)
	for _, t := range trusted {
		if m, is := t.(map[string]any); is {
			name, _ := m["secretName"].(string)
			refs = append(refs, name)
		}
	}
	for _, name := range refs {
		var secret corev1.Secret
		if err := s.exists(ctx, o.GetNamespace(), name, &secret); err != nil {
			return err
		}
	}
	if err := s.service(ctx, o, o.GetName()+"-connect-api", false, corev1.ServicePort{Name: "rest-api", Port: 8083}); err != nil {
		return err
	}
	w.workers[o.GetNamespace()+"/"+o.GetName()] = o.GetAnnotations()["strimzi.io/use-connector-resources"] == "true"
	before := o.DeepCopy()
	url := fmt.Sprintf("http://%s-connect-api.%s.svc:8083", o.GetName(), o.GetNamespace())
	if err := unstructured.SetNestedField(o.Object, url, "status", "url"); err != nil {
		return err
	}
	return patchStatus(ctx, s.client, before, o)
}

func (s *strimziOperator) connector(_ context.Context, w strimziWorld, o *unstructured.Unstructured) error {
	if !w.workers[clusterOf(o)] {
		return invalidf("NoSuchResourceException", "no KafkaConnect %s that takes connectors from objects", clusterOf(o))
	}
	return nil
}
