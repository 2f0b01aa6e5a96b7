package arangodb

import "fmt"

// Names that the operator gives what belongs to a cluster, and keys of its Secrets.
const (
	Port        = 8529
	MetricsPort = 9101 // of the Service named by Exporter
	RootUser    = "root"
	UserKey     = "username" // of RootSecret
	PasswordKey = "password" // of RootSecret
	CAKey       = "ca.crt"   // of CASecret, PEM

	// ExporterPort is the name of MetricsPort on the pods of ExporterPods.
	ExporterPort = "exporter"
	// OperatorPort is the name of the operator's, with TLS.
	OperatorPort = "metrics"

	deploymentLabel = "arango_deployment" // on every pod of a cluster
)

// RootSecret holds name and password of the administrator.
func RootSecret(cluster string) string { return cluster + "-root-password" }

// CASecret holds the authority that the servers' certificates come from.
func CASecret(cluster string) string { return cluster + "-ca" }

// Exporter is the Service in front of the metrics.
func Exporter(cluster string) string { return cluster + "-exporter" }

// ExporterPods are labels of the servers that serve metrics.
func ExporterPods(cluster string) map[string]string {
	return map[string]string{deploymentLabel: cluster, "arango_exporter": "yes"}
}

// Endpoint is the address at which pods find the coordinators.
func Endpoint(cluster, namespace string) string {
	return fmt.Sprintf("https://%s.%s.svc:%d", cluster, namespace, Port)
}

func backupSecret(cluster string) string { return cluster + "-backup" }

func storeCASecret(cluster string) string { return cluster + "-backup-ca" }
