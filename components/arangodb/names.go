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

	deploymentLabel = "arango_deployment" // on every pod of a cluster
)

// RootSecret holds name and password of the administrator.
func RootSecret(cluster string) string { return cluster + "-root-password" }

// CASecret holds the authority that the servers' certificates come from.
func CASecret(cluster string) string { return cluster + "-ca" }

// Exporter is the Service in front of the metrics.
func Exporter(cluster string) string { return cluster + "-exporter" }

// Endpoint is the address at which pods find the coordinators.
func Endpoint(cluster, namespace string) string {
	return fmt.Sprintf("https://%s.%s.svc:%d", cluster, namespace, Port)
}

func backupSecret(cluster string) string { return cluster + "-backup" }

func storeCASecret(cluster string) string { return cluster + "-backup-ca" }
