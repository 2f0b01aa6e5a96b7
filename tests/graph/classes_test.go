package graph_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube"
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

// TestServersWithVolumesHaveTime: disks may be built for 20 minutes after Linstor counts as there, and
// only then the first of them starts (docs/decisions/0004-waiting.md).
func TestServersWithVolumesHaveTime(t *testing.T) {
	g := whole(t, "homelab")
	for _, s := range [][2]string{
		{"kubernetes:kafka.strimzi.io/v1beta2:Kafka", "k3"},
		{"kubernetes:database.arangodb.com/v1:ArangoDeployment", "arangodb"},
		{"kubernetes:elasticsearch.k8s.elastic.co/v1:Elasticsearch", "logs"},
		{"kubernetes:acid.zalan.do/v1:postgresql", "streamforge-pg"},
		{"kubernetes:apps/v1:StatefulSet", "minio"},
	} {
		timeouts := g.Get(t, s[0], s[1]).Request.GetCustomTimeouts()
		for _, text := range []string{timeouts.GetCreate(), timeouts.GetUpdate()} {
			has, err := time.ParseDuration(text)
			require.NoError(t, err, s)
			require.GreaterOrEqual(t, has.Seconds(), float64(kube.VolumePatience), s)
		}
	}
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
