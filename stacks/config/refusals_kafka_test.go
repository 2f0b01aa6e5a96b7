package config

import "testing"

func TestKafkaRefusals(t *testing.T) { refuse(t, kafkaRefusals) }

const duty = ", or one broker away from its duty would stop every writer, got "

var kafkaRefusals = map[string]refusal{
	"cluster name": {edits{"kafka.cluster.name": "K3"}, []string{
		`kafka.cluster.name: must be at most 30 lower-case letters, digits and dashes, got "K3"`}},
	"even number of controllers": {edits{"kafka.cluster.pools[0].replicas": 2}, []string{
		"kafka.cluster.pools: have 2 controllers, must have an odd number: a majority elects the active one, " +
			"and an even number survives no more failures than one less"}},
	"no controller": {edits{"kafka.cluster.pools[0].roles": []any{"broker"}, "kafka.cluster.pools[0].firstId": 100}, []string{
		"kafka.cluster.pools: have 0 controllers, must have an odd number: a majority elects the active one, " +
			"and an even number survives no more failures than one less"}},
	"no broker": {edits{"kafka.cluster.pools[1].roles": []any{"controller"}, "kafka.cluster.pools[1].replicas": 2}, []string{
		"kafka.cluster.pools: have no broker"}},
	"more copies than brokers": {edits{"kafka.cluster.replicas": 4}, []string{
		"kafka.cluster.replicas: must be 1 to 3, the number of brokers, got 4"}},
	"every copy must be in sync": {edits{"kafka.cluster.minInSync": 3}, []string{
		"kafka.cluster.minInSync: must be at least 1 and below the 3 replicas" + duty + "3"}},
	"more nodes than machines": {edits{"kafka.cluster.pools[1].replicas": 9}, []string{
		"kafka.cluster.pools[1].replicas: 9 nodes need as many machines labelled storage.streamforge/linstor, compute.pools have 8"}},
	"ids of pools overlap": {edits{"kafka.cluster.pools[0].firstId": 50}, []string{
		"kafka.cluster.pools[1].firstId: 0 is less than 100 away from kafka.cluster.pools[0].firstId 50: each pool owns 100 ids"}},
	"pool twice": {edits{"kafka.cluster.pools[1].name": "controller"}, []string{
		"kafka.cluster.pools[1].name: controller is already used by kafka.cluster.pools[0].name"}},
	"roles": {edits{"kafka.cluster.pools[1].roles": []any{"broker", "zookeeper", "broker"}}, []string{
		`kafka.cluster.pools[1].roles[1]: must be controller or broker, got "zookeeper"`,
		"kafka.cluster.pools[1].roles[2]: broker is already used by kafka.cluster.pools[1].roles[0]"}},
	"pool without volumes": {edits{"kafka.cluster.pools[1].volumesGiB": []any{}}, []string{
		"kafka.cluster.pools[1].volumesGiB: must name at least one volume, or the records would be gone with a pod"}},
	"pool too large for its machines": {edits{"kafka.cluster.pools[1].volumesGiB": []any{250, 250}, "kafka.cluster.pools[1].memoryMiB": 32768}, []string{
		"kafka.cluster.pools[1].volumesGiB: 500 GiB do not fit beside other volumes on the data disk of 500 GiB of compute.pools[1]",
		"kafka.cluster.pools[1].memoryMiB: 32768 MiB do not fit into the 32768 MiB of compute.pools[1]"}},
	"pool too small": {edits{"kafka.cluster.pools[0].memoryMiB": 256, "kafka.cluster.pools[0].cpuMillis": 1}, []string{
		"kafka.cluster.pools[0].memoryMiB: must be 512 to 262144 MiB, got 256",
		"kafka.cluster.pools[0].cpuMillis: must be 50 to 128000 thousandths of a core, got 1"}},
	"host names": {edits{"kafka.cluster.external.bootstrap": "k3.kafka", "kafka.cluster.external.broker": "k3"}, []string{
		`kafka.cluster.external.bootstrap: must be one label of a DNS name, got "k3.kafka"`,
		`kafka.cluster.external.broker: must be one label of a DNS name with {id} in it once, got "k3"`}},
	"host name of a broker": {edits{"kafka.cluster.external.bootstrap": "k3-7"}, []string{
		"kafka.cluster.external.bootstrap: k3-7 is also the name of broker 7"}},
	"namespaces": {edits{"kafka.namespaces": []any{"streams", "kafka", "Streams", "streams"}}, []string{
		"kafka.namespaces[1]: kafka belongs to the platform itself",
		`kafka.namespaces[2]: must be the name of a namespace, got "Streams"`,
		"kafka.namespaces[3]: streams is already used by kafka.namespaces[0]"}},
	"topic names": {edits{"kafka.topics[0].name": "Market_Candles", "kafka.topics[1].name": "market.signals"}, []string{
		`kafka.topics[0].name: must be 1 to 200 lower-case letters, digits, dots and dashes, since an object of that name stands for the topic, got "Market_Candles"`,
		"kafka.topics[2].name: market.signals is already used by kafka.topics[1].name",
		`kafka.users[0].writes[0]: "market.candles" stands for none of kafka.topics`,
		`kafka.users[0].writes[1]: "market.trades" stands for none of kafka.topics`,
		`kafka.scalers[0].topic: "market.trades" is not one of kafka.topics`}},
	"topic without partitions": {edits{"kafka.topics[0].partitions": 0}, []string{
		"kafka.topics[0].partitions: must be 1 to 1000, got 0"}},
	"topic with too many copies": {edits{"kafka.topics[0].replicas": 5}, []string{
		"kafka.topics[0].replicas: must be 1 to 3, the number of brokers, got 5"}},
	"topic whose copies must all be in sync": {edits{"kafka.topics[0].replicas": 2, "kafka.topics[1].minInSync": 3}, []string{
		"kafka.topics[0].minInSync: must be at least 1 and below the 2 replicas" + duty + "2",
		"kafka.topics[1].minInSync: must be at least 1 and below the 3 replicas" + duty + "3"}},
	"retention": {edits{"kafka.topics[0].retentionHours": -2, "kafka.topics[3].retentionHours": 24}, []string{
		"kafka.topics[0].retentionHours: must be -1 to 876000 hours, got -2",
		"kafka.topics[3].retentionHours: has no effect on a compacted topic"}},
	"topic settings": {edits{"kafka.topics[0].settings": map[string]any{"retention.ms": "1", "Max": "1"}}, []string{
		`kafka.topics[0].settings.Max: must be the name of a topic setting such as max.message.bytes, got "Max"`,
		"kafka.topics[0].settings.retention.ms: is set by retentionHours"}},
	"users": {edits{"kafka.users[0].name": "kafka-ui", "kafka.users[0].namespaces": []any{"ml", "streams", "streams"}}, []string{
		"kafka.users[0].name: kafka-ui belongs to the platform itself",
		`kafka.users[0].namespaces[0]: "ml" is not one of kafka.namespaces`,
		"kafka.users[0].namespaces[2]: streams is already used by kafka.users[0].namespaces[1]"}},
	"user twice": {edits{"kafka.users[0].name": "signals", "kafka.scalers": []any{}}, []string{
		"kafka.users[1].name: signals is already used by kafka.users[0].name"}},
	"user without a topic": {edits{"kafka.users[0].writes": []any{}}, []string{
		"kafka.users[0].reads: must name at least one topic, or writes must, or leave the user out"}},
	"user of unknown topics": {edits{"kafka.users[1].reads": []any{"markets.*", "market.trades", "market.trades"}}, []string{
		`kafka.users[1].reads[0]: "markets.*" stands for none of kafka.topics`,
		"kafka.users[1].reads[2]: market.trades is already used by kafka.users[1].reads[1]"}},
	"groups": {edits{"kafka.users[0].groups": []any{"my group", "*"}}, []string{
		`kafka.users[0].groups[0]: must be the name of a consumer group: letters, digits, dots, dashes and underscores, got "my group"`,
		`kafka.users[0].groups[1]: must be the name of a consumer group: letters, digits, dots, dashes and underscores, got "*"`,
		"kafka.users[0].groups: have no effect without reads"}},
	"connect": {edits{"kafka.connect.replicas": 0, "kafka.connect.image": "registry.example:5000/connect"}, []string{
		"kafka.connect.replicas: must be 1 to 20, got 0",
		`kafka.connect.image: must be an image at a version, such as registry.example/connect:1.0, got "registry.example:5000/connect"`}},
	"connectors": {edits{"kafka.connect.connectors": []any{
		map[string]any{"name": "Sink", "class": "a sink", "tasks": 0, "settings": map[string]any{"connection.password": "x"}},
		map[string]any{"name": "copy", "class": "Copy", "tasks": 1, "reads": []any{"market.orders"}, "settings": map[string]any{}},
		map[string]any{"name": "copy", "class": "Copy", "tasks": 1, "writes": []any{"market.trades"}, "settings": map[string]any{}}}}, []string{
		`kafka.connect.connectors[0].name: must be lower-case letters, digits and dashes, got "Sink"`,
		`kafka.connect.connectors[0].class: must be the name of a Java class, got "a sink"`,
		"kafka.connect.connectors[0].tasks: must be 1 to 1000, got 0",
		"kafka.connect.connectors[0].reads: must name at least one topic, or writes must: a connector without one moves nothing",
		"kafka.connect.connectors[0].settings.connection.password: would stand in clear in the KafkaConnector object, " +
			"which everybody who may read custom resources can read: build it into the plugin's own way of reading files",
		`kafka.connect.connectors[1].reads[0]: "market.orders" stands for none of kafka.topics`,
		"kafka.connect.connectors[2].name: copy is already used by kafka.connect.connectors[1].name"}},
	"console on an unknown machine": {edits{"kafka.ui.node": "k2w-10"}, []string{
		`kafka.ui.node: "k2w-10" is not a machine of compute.pools`}},
	"console on the control plane": {edits{"kafka.ui.node": "k2m-1"}, []string{
		"kafka.ui.node: k2m-1 belongs to the control plane"}},
	"console on a tainted machine": {edits{"kafka.ui.node": "k2w-8"}, []string{
		"kafka.ui.node: k2w-8 keeps other pods away by its taint nvidia.com/gpu=present:NoSchedule"}},
	"scaler of an unknown topic": {edits{"kafka.scalers[0].topic": "market.orders"}, []string{
		`kafka.scalers[0].topic: "market.orders" is not one of kafka.topics`}},
	"scaler of an unknown user": {edits{"kafka.scalers[0].user": "nobody"}, []string{
		`kafka.scalers[0].user: "nobody" is not one of kafka.users`}},
	"scaler whose user may not": {edits{"kafka.scalers[0].user": "collector", "kafka.scalers[0].namespace": "ml"}, []string{
		`kafka.scalers[0].namespace: "ml" is not one of the namespaces of user collector: KEDA finds no Secret there`,
		"kafka.scalers[0].topic: user collector may not read market.trades",
		`kafka.scalers[0].group: user collector may not join "signals"`}},
	"scaler beyond the partitions": {edits{"kafka.scalers[0].maxReplicas": 13}, []string{
		"kafka.scalers[0].maxReplicas: 13 pods would share 12 partitions of market.trades: those beyond the partitions would stand idle"}},
	"scaler's numbers": {edits{"kafka.scalers[0].lag": 0, "kafka.scalers[0].minReplicas": 7, "kafka.scalers[0].pollSeconds": -1}, []string{
		"kafka.scalers[0].lag: must be 1 to 1000000000 records, got 0",
		"kafka.scalers[0].maxReplicas: must be 7 to 1000, got 6",
		"kafka.scalers[0].pollSeconds: must be 0 to 3600 seconds, got -1"}},
}
