package postgres

import (
	"fmt"
	"strings"
)

// Names that the operator gives what belongs to a cluster.
const (
	Port        = 5432
	UserKey     = "username" // of a user's Secret
	PasswordKey = "password" // of a user's Secret

	// MetricsPort is Patroni's, on the pods of PodLabels.
	MetricsPort = restPort

	restPort    = 8008           // of Patroni, for the instances, the operator and who measures them
	clusterName = "cluster-name" // label of everything that belongs to a cluster
	application = "spilo"
)

// PodLabels are those of the instances of every cluster.
func PodLabels() map[string]string { return map[string]string{"application": application} }

// CredentialsSecret holds name and password of a user, in the clusters' namespace.
func CredentialsSecret(cluster, user string) string {
	return strings.ReplaceAll(user, "_", "-") + "." + cluster + ".credentials.postgresql.acid.zalan.do"
}

// Host is the name at which pods find the instance that takes writes.
func Host(cluster, namespace string) string { return cluster + "." + namespace + ".svc" }

// ReplicaHost is the name at which pods find the instances that only read.
func ReplicaHost(cluster, namespace string) string { return cluster + "-repl." + namespace + ".svc" }

// dnsNames are those of both Services, from within the namespace to the full name.
func dnsNames(cluster, namespace, domain string) (names []string) {
	for _, service := range []string{cluster, cluster + "-repl"} {
		names = append(names, service, service+"."+namespace+".svc",
			fmt.Sprintf("%s.%s.svc.%s", service, namespace, domain))
	}
	return names
}
