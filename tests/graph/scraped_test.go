package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/infra/observability"
)

// watch says who sees that something of the platform is ill.
type watch struct {
	system string // whose monitors Prometheus has
	silent string // or why there are no metrics
	by     string // or the release whose chart brings the monitors
}

// watched has an entry for everything that runs: releases, what the program runs itself, and what
// operators run for it, by kind and name.
var watched = map[string]watch{
	"release metallb":               {system: "metallb"},
	"release cert-manager":          {system: "cert-manager"},
	"release traefik":               {system: "traefik"},
	"release ingress-nginx":         {system: "ingress-nginx"},
	"release nfs-provisioner":       {silent: "the provisioner serves none"},
	"release glusterfs":             {silent: "the probe beside the driver answers health only; volumes are the kubelet's to measure"},
	"release piraeus":               {system: "linstor"},
	"release strimzi":               {system: "strimzi"},
	"release keda":                  {system: "keda"},
	"release kube-arangodb":         {system: "arangodb"},
	"release postgres-operator":     {silent: "the operator serves none; its clusters are watched"},
	"release gitlab-runner":         {system: "gitlab-runner"},
	"release gitlab-runner-kaniko":  {system: "gitlab-runner"},
	"release argocd":                {system: "argocd"},
	"release reloader":              {system: "reloader"},
	"release elastic-operator":      {system: "eck"},
	"release fluent-bit":            {system: "fluent-bit"},
	"release kube-prometheus-stack": {by: "kube-prometheus-stack"},

	"release vault":                    {system: "vault"},
	"release vault-csi":                {silent: "a secret that cannot be mounted keeps its pod from starting, which the kubelet says"},
	"release secrets-store-csi-driver": {silent: "as above"},
	"release config-syncer":            {silent: "it serves them to clients of the API server only"},
	"release mailrelay":                {silent: "its exporter is optional; rules/mail.yaml looks at its set and its volume"},
	"release kibana-oauth2-proxy":      {system: "oauth2-proxy"},
	"release gpu-operator":             {system: "gpu"},
	"StatefulSet keycloak":             {system: "keycloak"},

	"Deployment kafka-ui":          {silent: "the metrics lie behind the login form"},
	"Deployment logs-exporter":     {system: "elasticsearch"},
	"Deployment technitium":        {silent: "version 13 serves none"},
	"Deployment piraeus-snapshots": {system: "snapshots"},
	"StatefulSet minio":            {system: "minio"},

	"LinstorCluster piraeus-cluster": {system: "linstor"},
	"Kafka k3":                       {system: "kafka"},
	"KafkaConnect k3-connect":        {system: "kafka"},
	"postgresql streamforge-pg":      {system: "postgres"},
	"ArangoDeployment arangodb":      {system: "arangodb"},
	"Elasticsearch logs":             {system: "elasticsearch"},
	"Kibana logs-kibana":             {silent: "Kibana serves none without a licence"},
}

// operated are kinds for which an operator runs pods.
var operated = []string{"LinstorCluster", "Kafka", "KafkaConnect", "postgresql", "ArangoDeployment", "Elasticsearch", "Kibana"}

// unwatched names what runs and what nobody watches.
func unwatched(g *Graph) (broken []string) {
	monitors := map[string][]string{} // namespaces by system
	for _, r := range g.All {
		if kind := kindOf(r); kind == "ServiceMonitor" || kind == "PodMonitor" {
			labels, _ := r.At("metadata.labels").(map[string]any)
			system := fmt.Sprint(labels["streamforge.home/system"])
			monitors[system] = append(monitors[system], fmt.Sprint(r.At("metadata.namespace")))
		}
	}
	for _, r := range g.All {
		subject, namespace, runs := running(r)
		if !runs {
			continue
		}
		w, known := watched[subject]
		switch {
		case !known:
			broken = append(broken, subject+": nothing says how it is watched")
		case w.system != "" && !slices.Contains(monitors[w.system], namespace):
			broken = append(broken, fmt.Sprintf("%s: system %s has no monitor in namespace %s", subject, w.system, namespace))
		case w.by != "" && subject != "release "+w.by:
			broken = append(broken, fmt.Sprintf("%s: %s cannot watch it", subject, w.by))
		}
	}
	return broken
}

// running tells whether r keeps pods running, and where.
func running(r Resource) (subject, namespace string, runs bool) {
	kind := kindOf(r)
	namespace, _ = r.At("metadata.namespace").(string)
	switch {
	case r.Type == releaseType:
		namespace, _ = r.At("namespace").(string)
		return "release " + r.Name, namespace, true
	case strings.HasPrefix(r.Type, "kubernetes:apps/v1:"):
		return kind + " " + r.Name, namespace, true
	case kind == operated[0]: // of the whole cluster; its operator runs it in its own namespace
		return kind + " " + r.Name, "piraeus-datastore", true
	case slices.Contains(operated, kind) && strings.HasPrefix(r.Type, "kubernetes:"):
		return kind + " " + r.Name, namespace, true
	}
	return "", "", false
}

func kindOf(r Resource) string { return r.Type[strings.LastIndex(r.Type, ":")+1:] }

func TestEverySystemIsWatched(t *testing.T) {
	for _, stack := range []string{"homelab", "sandbox"} {
		assert.Empty(t, unwatched(whole(t, stack)), stack)
	}
	assert.Subset(t, observability.BroughtByChart, []string{
		"coredns", "etcd", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubelet", "nodes",
	}, "the machines and Kubernetes itself")
}

// TestWatchedIsNoMoreThanRuns: an entry for something that is gone would hide its return.
func TestWatchedIsNoMoreThanRuns(t *testing.T) {
	left := map[string]bool{}
	for subject := range watched {
		left[subject] = true
	}
	for _, stack := range []string{"homelab", "sandbox"} {
		for _, r := range whole(t, stack).All {
			if subject, _, runs := running(r); runs {
				delete(left, subject)
			}
		}
	}
	assert.Empty(t, left)
}

// TestAnUnwatchedSystemIsNoticed takes each monitor away in turn, and adds what no entry knows.
func TestAnUnwatchedSystemIsNoticed(t *testing.T) {
	g := whole(t, "homelab")
	whole := slices.Clone(g.All)
	silenced := 0
	for _, r := range whole {
		labels, _ := r.At("metadata.labels").(map[string]any)
		system, monitored := labels["streamforge.home/system"].(string)
		if !monitored {
			continue
		}
		g.All = slices.DeleteFunc(slices.Clone(whole), func(o Resource) bool {
			labels, _ := o.At("metadata.labels").(map[string]any)
			return labels["streamforge.home/system"] == system
		})
		said := strings.Join(unwatched(g), "\n")
		require.Contains(t, said, "system "+system+" has no monitor", "without those of %s", system)
		silenced++
	}
	require.Greater(t, silenced, 15)
	g.All = append(slices.Clone(whole), Resource{Type: releaseType, Name: "newcomer"})
	require.Equal(t, []string{"release newcomer: nothing says how it is watched"}, unwatched(g))
}
