package controllers

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// kafkaOf gives an object of the test's namespace with that label and spec.
func kafkaOf(namespace, kind, name, cluster string, spec values) *unstructured.Unstructured {
	o := kafkaObject(kind)
	o.SetNamespace(namespace)
	o.SetName(name)
	if cluster != "" {
		o.SetLabels(map[string]string{strimziCluster: cluster})
	}
	o.Object["spec"] = spec
	return o
}

// readyIs gives the message of the object's Ready condition, and whether it has that status.
func readyIs(o *unstructured.Unstructured, want string) (message string, is bool) {
	conditions, _ := field(o, "status", "conditions").([]any)
	for _, raw := range conditions {
		condition := raw.(map[string]any)
		if condition["type"] == "Ready" && condition["status"] == want {
			message, _ = condition["message"].(string)
			return message, true
		}
	}
	return "", false
}

// readiness waits until the object's Ready condition has that status, and gives its message.
func readiness(t *testing.T, c client.Client, o *unstructured.Unstructured, want string) (message string) {
	t.Helper()
	until(t, c, o, func(o *unstructured.Unstructured) (is bool) {
		message, is = readyIs(o, want)
		return is
	})
	return message
}

// refuses waits until the object is not ready for a reason that contains why.
func refuses(t *testing.T, c client.Client, o *unstructured.Unstructured, why string) {
	t.Helper()
	until(t, c, o, func(o *unstructured.Unstructured) bool {
		message, is := readyIs(o, "False")
		return is && strings.Contains(message, why)
	})
}

func brokers(namespace string) (*unstructured.Unstructured, *unstructured.Unstructured) {
	pool := kafkaOf(namespace, "KafkaNodePool", "dual", "k9", values{"replicas": int64(2), "roles": []any{"controller", "broker"}})
	pool.SetAnnotations(map[string]string{"strimzi.io/next-node-ids": "[10-19]"})
	cluster := kafkaOf(namespace, "Kafka", "k9", "", values{"kafka": values{"listeners": []any{
		values{"name": "tls", "port": int64(9093), "type": "internal"},
		values{"name": "external", "port": int64(9094), "type": "cluster-ip"},
		values{"name": "lab", "port": int64(9095), "type": "cluster-ip"},
	}}})
	cluster.SetAnnotations(map[string]string{"strimzi.io/node-pools": "enabled", "strimzi.io/kraft": "enabled"})
	return pool, cluster
}

func TestKafkaHasTheNamesThatClientsRelyOn(t *testing.T) {
	c, ns := world(t)
	pool, cluster := brokers(ns)
	create(t, c, pool, cluster)
	readiness(t, c, cluster, "True")
	until(t, c, pool, func(p *unstructured.Unstructured) bool { return field(p, "status", "nodeIds") != nil })
	require.Equal(t, []any{int64(10), int64(11)}, field(pool, "status", "nodeIds"))
	for name, port := range map[string]int32{
		"k9-kafka-bootstrap": 9093, "k9-kafka-brokers": 9093, "k9-kafka-external-bootstrap": 9094, "k9-dual-10": 9094,
		"k9-dual-11": 9094, "k9-kafka-lab-bootstrap": 9095, "k9-dual-lab-10": 9095,
	} {
		service := until(t, c, &corev1.Service{ObjectMeta: objectMeta(ns, name)}, func(*corev1.Service) bool { return true })
		require.Equal(t, port, service.Spec.Ports[len(service.Spec.Ports)-1].Port, name)
	}
	for name, key := range map[string]string{
		"k9-cluster-ca-cert": "ca.crt", "k9-cluster-ca": "ca.key", "k9-clients-ca-cert": "ca.crt", "k9-clients-ca": "ca.key",
	} {
		secret := until(t, c, &corev1.Secret{ObjectMeta: objectMeta(ns, name)}, func(*corev1.Secret) bool { return true })
		require.NotEmpty(t, secret.Data[key], name)
	}
}

func TestKafkaThatTheRealOperatorWouldRefuse(t *testing.T) {
	c, ns := world(t)
	pool, cluster := brokers(ns)
	cluster.SetAnnotations(nil)
	create(t, c, cluster)
	require.Equal(t, "annotation strimzi.io/node-pools is not enabled", readiness(t, c, cluster, "False"))
	change(t, c, cluster, func(o *unstructured.Unstructured) {
		o.SetAnnotations(map[string]string{"strimzi.io/node-pools": "enabled", "strimzi.io/kraft": "enabled"})
	})
	refuses(t, c, cluster, "the node pools hold 0 brokers and 0 controllers")
	create(t, c, pool)
	readiness(t, c, cluster, "True")

	own := kafkaOf(ns, "Kafka", "own", "", values{"clusterCa": values{"generateCertificateAuthority": false}})
	own.SetAnnotations(cluster.GetAnnotations())
	create(t, c, own)
	require.Regexp(t, "^Secret own-cluster-ca(-cert)? does not exist$", readiness(t, c, own, "False"))
	for name, key := range map[string]string{"own-cluster-ca-cert": "ca.crt", "own-cluster-ca": "ca.key"} {
		create(t, c, &corev1.Secret{ObjectMeta: objectMeta(ns, name), StringData: map[string]string{key: "pem"}})
	}
	refuses(t, c, own, "not labelled as the cluster's")
}

func TestTopicsUsersAndConnectors(t *testing.T) {
	c, ns := world(t)
	early := kafkaOf(ns, "KafkaTopic", "early", "k9", values{"partitions": int64(1)})
	create(t, c, early)
	require.Equal(t, "cluster "+ns+"/k9 does not serve", readiness(t, c, early, "False"))
	pool, cluster := brokers(ns)
	create(t, c, pool, cluster)
	readiness(t, c, early, "True")

	told := kafkaOf(ns, "KafkaUser", "told", "k9", values{"authentication": values{"type": "scram-sha-512", "password": values{
		"valueFrom": values{"secretKeyRef": values{"name": "told-password", "key": "password"}},
	}}})
	free := kafkaOf(ns, "KafkaUser", "free", "k9", values{"authentication": values{"type": "scram-sha-512"}})
	create(t, c, told, free)
	require.Equal(t, "Secret told-password does not exist", readiness(t, c, told, "False"))
	create(t, c, &corev1.Secret{ObjectMeta: objectMeta(ns, "told-password"), StringData: map[string]string{"password": "sesame"}})
	readiness(t, c, told, "True")
	readiness(t, c, free, "True")
	login := until(t, c, &corev1.Secret{ObjectMeta: objectMeta(ns, "told")}, func(*corev1.Secret) bool { return true })
	require.Equal(t, "sesame", string(login.Data["password"]))
	require.Equal(t, `org.apache.kafka.common.security.scram.ScramLoginModule required username="told" password="sesame";`,
		string(login.Data["sasl.jaas.config"]))
	login = until(t, c, &corev1.Secret{ObjectMeta: objectMeta(ns, "free")}, func(*corev1.Secret) bool { return true })
	require.NotEmpty(t, login.Data["password"])

	connector := kafkaOf(ns, "KafkaConnector", "copy", "workers", values{"class": "Copy"})
	create(t, c, connector)
	require.Equal(t, "no KafkaConnect "+ns+"/workers that takes connectors from objects", readiness(t, c, connector, "False"))
	workers := kafkaOf(ns, "KafkaConnect", "workers", "", values{
		"tls":            values{"trustedCertificates": []any{values{"secretName": "k9-cluster-ca-cert", "certificate": "ca.crt"}}},
		"authentication": values{"passwordSecret": values{"secretName": "told", "password": "password"}},
	})
	workers.SetAnnotations(map[string]string{"strimzi.io/use-connector-resources": "true"})
	create(t, c, workers)
	readiness(t, c, workers, "True")
	readiness(t, c, connector, "True")
	until(t, c, &corev1.Service{ObjectMeta: objectMeta(ns, "workers-connect-api")}, func(s *corev1.Service) bool {
		return s.Spec.Ports[0].Port == 8083
	})
}

func TestScaledObjectNeedsItsDeploymentAndItsLogin(t *testing.T) {
	c, ns := world(t)
	object := kedaObject("ScaledObject")
	object.SetNamespace(ns)
	object.SetName("worker")
	object.Object["spec"] = values{
		"scaleTargetRef": values{"name": "worker"},
		"triggers":       []any{values{"type": "kafka", "authenticationRef": values{"name": "login"}}},
	}
	create(t, c, object)
	says := func(want string) {
		t.Helper()
		refuses(t, c, object, want)
	}
	says("Deployment worker does not exist")
	labels := map[string]string{"app": "worker"}
	create(t, c, &appsv1.Deployment{ObjectMeta: objectMeta(ns, "worker"), Spec: appsv1.DeploymentSpec{
		Selector: &metav1.LabelSelector{MatchLabels: labels},
		Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{
			Containers: []corev1.Container{{Name: "worker", Image: "example.org/worker:1"}},
		}},
	}})
	says("TriggerAuthentication login does not exist")
	authentication := kedaObject("TriggerAuthentication")
	authentication.SetNamespace(ns)
	authentication.SetName("login")
	authentication.Object["spec"] = values{"secretTargetRef": []any{values{"parameter": "password", "name": "app", "key": "password"}}}
	create(t, c, authentication)
	says("Secret app does not exist")
	create(t, c, &corev1.Secret{ObjectMeta: objectMeta(ns, "app"), StringData: map[string]string{"password": "sesame"}})
	readiness(t, c, object, "True")
}
