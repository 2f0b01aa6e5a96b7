package strimzi

import "fmt"

// Names that the operator gives what belongs to a cluster, and the keys of its Secrets.
const (
	CAKey       = "ca.crt"           // of CASecret, PEM
	PasswordKey = "password"         // of a user's Secret
	JAASKey     = "sasl.jaas.config" // of a user's Secret: name and password as Java clients take them
	ConnectPort = 8083               // of Connect's REST interface

	portTLS      = 9093
	portExternal = 9094

	// clusterLabel ties topics, users, pools and connectors to their cluster.
	clusterLabel = "strimzi.io/cluster"
)

// Where metrics are: pods whose KindLabel is one of MetricsKinds, on MetricsPort.
const (
	KindLabel   = "strimzi.io/kind"
	MetricsPort = "tcp-prometheus"
)

// Where the operators' metrics are: pods whose KindLabel is OperatorKind, on OperatorPort; pods whose
// app.kubernetes.io/name is EntitiesName, on EntitiesPort.
const (
	OperatorKind = "cluster-operator"
	OperatorPort = "http"
	EntitiesName = "entity-operator"
	EntitiesPort = "healthcheck"
)

// MetricsKinds are values of KindLabel.
func MetricsKinds() []string { return []string{"Kafka", "KafkaConnect"} }

// CASecret holds the certificate that signs those of a cluster's brokers.
func CASecret(cluster string) string { return cluster + "-cluster-ca-cert" }

func caKeySecret(cluster string) string { return cluster + "-cluster-ca" }

// Bootstrap is the address at which pods find the brokers by TLS and SCRAM-SHA-512.
func Bootstrap(cluster, namespace string) string {
	return fmt.Sprintf("%s-kafka-bootstrap.%s.svc:%d", cluster, namespace, portTLS)
}

// externalBootstrap is the Service before all brokers' external listener.
func externalBootstrap(cluster string) string { return cluster + "-kafka-external-bootstrap" }

// broker is a broker's pod and the Service before its external listener. The short form belongs to
// listeners called external on port 9094.
func broker(cluster, pool string, id int) string { return fmt.Sprintf("%s-%s-%d", cluster, pool, id) }

func connectName(cluster string) string { return cluster + "-connect" }

// connectURL is Connect's REST interface.
func connectURL(connect, namespace string) string {
	return fmt.Sprintf("http://%s-connect-api.%s.svc:%d", connect, namespace, ConnectPort)
}
