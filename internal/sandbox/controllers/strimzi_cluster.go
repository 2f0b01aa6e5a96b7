package controllers

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

func (s *strimziOperator) kafka(ctx context.Context, w strimziWorld, o *unstructured.Unstructured) error {
	name, ns := o.GetName(), o.GetNamespace()
	for _, key := range []string{"strimzi.io/node-pools", "strimzi.io/kraft"} {
		if o.GetAnnotations()[key] != "enabled" {
			return invalidf("InvalidResourceException", "annotation %s is not enabled", key)
		}
	}
	if err := s.authority(ctx, o); err != nil {
		return err
	}
	if ref := text(o, "spec", "kafka", "metricsConfig", "valueFrom", "configMapKeyRef", "name"); ref != "" {
		var rules corev1.ConfigMap
		if err := s.exists(ctx, ns, ref, &rules); err != nil {
			return err
		}
	}
	listeners, _ := field(o, "spec", "kafka", "listeners").([]any)
	brokers, controllers := 0, 0
	for i := range w.pools {
		pool := &w.pools[i]
		if clusterOf(pool) != ns+"/"+name {
			continue
		}
		replicas, _ := field(pool, "spec", "replicas").(int64)
		roles, _ := field(pool, "spec", "roles").([]any)
		ids, err := s.nodeIDs(ctx, pool, int(replicas))
		if err != nil {
			return err
		}
		if slices.Contains(roles, any("controller")) {
			controllers += int(replicas)
		}
		if !slices.Contains(roles, any("broker")) {
			continue
		}
		brokers += int(replicas)
		for _, l := range listeners {
			for _, id := range ids {
				if err := s.brokerService(ctx, o, pool.GetName(), id, l.(map[string]any)); err != nil {
					return err
				}
			}
		}
	}
	if brokers == 0 || controllers == 0 {
		return invalidf("InvalidResourceException", "the node pools hold %d brokers and %d controllers", brokers, controllers)
	}
	if err := s.bootstrapServices(ctx, o, listeners); err != nil {
		return err
	}
	w.ready[ns+"/"+name] = true
	return nil
}

// nodeIDs gives a pool its ids from the range of its annotation, and says so in its status.
func (s *strimziOperator) nodeIDs(ctx context.Context, pool *unstructured.Unstructured, replicas int) ([]int, error) {
	first, last := 0, 0
	if _, err := fmt.Sscanf(pool.GetAnnotations()["strimzi.io/next-node-ids"], "[%d-%d]", &first, &last); err != nil {
		return nil, invalidf("InvalidResourceException", "pool %s: strimzi.io/next-node-ids: %v", pool.GetName(), err)
	}
	var ids []int
	var shown []any
	for id := first; id <= last && len(ids) < replicas; id++ {
		ids, shown = append(ids, id), append(shown, int64(id))
	}
	before := pool.DeepCopy()
	for key, value := range map[string]any{
		"nodeIds": shown, "replicas": int64(replicas), "roles": field(pool, "spec", "roles"),
		"labelSelector":      "strimzi.io/cluster=" + pool.GetLabels()[strimziCluster] + ",strimzi.io/pool-name=" + pool.GetName(),
		"observedGeneration": pool.GetGeneration(),
	} {
		if err := unstructured.SetNestedField(pool.Object, value, "status", key); err != nil {
			return nil, err
		}
	}
	return ids, patchStatus(ctx, s.client, before, pool)
}

// authority demands the cluster's own authority where the operator shall not make one, and makes
// the clients' in any case.
func (s *strimziOperator) authority(ctx context.Context, o *unstructured.Unstructured) error {
	name, ns := o.GetName(), o.GetNamespace()
	made := map[string]string{name + "-clients-ca-cert": "ca.crt", name + "-clients-ca": "ca.key"}
	own := map[string]string{name + "-cluster-ca-cert": "ca.crt", name + "-cluster-ca": "ca.key"}
	for secretName, key := range own {
		if field(o, "spec", "clusterCa", "generateCertificateAuthority") != false {
			made[secretName] = key
			continue
		}
		var secret corev1.Secret
		if err := s.exists(ctx, ns, secretName, &secret); err != nil {
			return err
		}
		if len(secret.Data[key]) == 0 || secret.Labels[strimziCluster] != name || secret.Labels["strimzi.io/kind"] != "Kafka" {
			return invalidf("InvalidConfigurationException", "secret %s: no %s, or not labelled as the cluster's", secretName, key)
		}
	}
	for secretName, key := range made {
		if err := s.secret(ctx, o, secretName, func(data map[string][]byte) map[string][]byte {
			if len(data[key]) > 0 {
				return data
			}
			return map[string][]byte{key: []byte("made by the sandbox\n")}
		}); err != nil {
			return err
		}
	}
	return nil
}

// exists reads an object that somebody else has to make.
func (s *strimziOperator) exists(ctx context.Context, namespace, name string, o client.Object) error {
	err := s.client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, o)
	if apierrors.IsNotFound(err) {
		return invalidf("InvalidConfigurationException", "%s %s does not exist", kindOf(o), name)
	}
	return err
}

// secret makes a Secret of the owner's with the data that f makes of what it has.
func (s *strimziOperator) secret(ctx context.Context, owner *unstructured.Unstructured, name string,
	f func(map[string][]byte) map[string][]byte) error {
	secret := &corev1.Secret{ObjectMeta: objectMetaOf(owner, name)}
	_, err := controllerutil.CreateOrUpdate(ctx, s.client, secret, func() error {
		secret.Labels = merged(secret.Labels, map[string]string{
			strimziCluster: clusterName(owner), "strimzi.io/kind": owner.GetKind(), "app.kubernetes.io/managed-by": "strimzi",
		})
		secret.Data = f(secret.Data)
		return controllerutil.SetControllerReference(owner, secret, s.client.Scheme())
	})
	return err
}

func clusterName(o *unstructured.Unstructured) string {
	if o.GetKind() == "Kafka" || o.GetKind() == "KafkaConnect" {
		return o.GetName()
	}
	return o.GetLabels()[strimziCluster]
}
