package argocd

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed health/*.lua
var checks embed.FS

// checkOf names the check of each kind that Argo CD does not judge by itself. A kind without one
// counts as healthy as soon as it exists, and a rollout that waits for it waits for nothing.
var checkOf = map[string]string{
	"acid.zalan.do_postgresql":                   "postgresql",
	"database.arangodb.com_ArangoDeployment":     "arangodeployment",
	"elasticsearch.k8s.elastic.co_Elasticsearch": "elastic",
	"kibana.k8s.elastic.co_Kibana":               "elastic",
	"kafka.strimzi.io_Kafka":                     "condition",
	"kafka.strimzi.io_KafkaConnect":              "condition",
	"kafka.strimzi.io_KafkaConnector":            "condition",
	"kafka.strimzi.io_KafkaTopic":                "condition",
	"kafka.strimzi.io_KafkaUser":                 "condition",
	"keda.sh_ScaledObject":                       "scaledobject",
	"piraeus.io_LinstorCluster":                  "linstorcluster",
	"piraeus.io_LinstorSatellite":                "linstorcluster",
}

// healthChecks gives the settings that hold the checks.
func healthChecks() (map[string]string, error) {
	all := map[string]string{}
	for kind, check := range checkOf {
		lua, err := fs.ReadFile(checks, "health/"+check+".lua")
		if err != nil {
			return nil, fmt.Errorf("health of %s: %w", kind, err)
		}
		all["resource.customizations.health."+kind] = string(lua)
	}
	return all, nil
}
