package graph_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// selfReplicating are the systems that keep copies of their own, by type and name: copies below them
// would multiply what is written.
var selfReplicating = [][2]string{
	{"kubernetes:apps/v1:StatefulSet", "minio"},
	{"kubernetes:kafka.strimzi.io/v1beta2:KafkaNodePool", "k3-broker"},
	{"kubernetes:kafka.strimzi.io/v1beta2:KafkaNodePool", "k3-controller"},
	{"kubernetes:database.arangodb.com/v1:ArangoDeployment", "arangodb"},
	{"kubernetes:elasticsearch.k8s.elastic.co/v1:Elasticsearch", "logs"},
	{releaseType, "vault"},
}

// TestSystemsThatReplicateThemselvesUseLocalVolumes: as docs/storage.md tells people.
func TestSystemsThatReplicateThemselvesUseLocalVolumes(t *testing.T) {
	g := whole(t, "homelab")
	for _, s := range selfReplicating {
		inputs := fmt.Sprint(g.Get(t, s[0], s[1]).Values())
		require.Contains(t, inputs, "linstor-local", s)
		require.NotContains(t, inputs, "linstor-r2", s)
	}
}
