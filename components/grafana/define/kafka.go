package define

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func kafka() board {
	const chosen = `{namespace=~"$namespace", topic=~"$topic", consumergroup=~"$group"}`
	return board{
		uid: "kafka", title: "Kafka", about: "Do consumers keep up, and is every record on enough brokers?",
		variables: []cog.Builder[dashboard.VariableModel]{
			variable("namespace", "Namespace", "label_values(kafka_brokers, namespace)"),
			variable("topic", "Topic", `label_values(kafka_topic_partitions{namespace=~"$namespace"}, topic)`),
			variable("group", "Consumer group", `label_values(kafka_consumergroup_lag{namespace=~"$namespace"}, consumergroup)`),
		},
		rows: []row{
			{"State", []panel{
				number("Brokers", "That answer.", count, `max(kafka_brokers{namespace=~"$namespace"})`),
				number("Offline partitions", "Nobody leads them: writes and reads fail now.", count,
					`max(kafka_controller_kafkacontroller_offlinepartitionscount{namespace=~"$namespace"})`, anyIsBad()),
				number("Below the minimum", "Partitions with fewer copies than min.insync.replicas: writes with acks=all fail.", count,
					`sum(kafka_server_replicamanager_underminisrpartitioncount{namespace=~"$namespace"})`, anyIsBad()),
				number("Copies missing", "Partitions with a copy that lags or is gone; usual while a broker restarts.", count,
					`sum(kafka_server_replicamanager_underreplicatedpartitions{namespace=~"$namespace"})`, step{1, orange}),
				number("Active controllers", "Exactly one leads the cluster.", count,
					`sum(kafka_controller_kafkacontroller_activecontrollercount{namespace=~"$namespace"})`, step{0, red}, step{1, green}, step{2, red}),
				number("Largest lag", "Records that the slowest chosen group has not read.", count,
					`max(sum by (consumergroup, topic) (kafka_consumergroup_lag`+chosen+`))`, step{10000, orange}, step{100000, red}),
			}},
			{"Consumers", []panel{
				series("Lag by group", "Records written and not yet read. Growing means that consumers are too few or stand still.", count,
					query{`sum by (consumergroup, topic) (kafka_consumergroup_lag` + chosen + `)`, "{{consumergroup}} {{topic}}"}),
				series("Time to catch up", "Lag divided by what the group reads. Nothing is shown for a group that reads nothing.", seconds,
					query{`sum by (consumergroup, topic) (kafka_consumergroup_lag` + chosen + `) / (sum by (consumergroup, topic) ` +
						`(rate(kafka_consumergroup_current_offset` + chosen + `[$__rate_interval])) > 0)`, "{{consumergroup}} {{topic}}"}),
				series("Read", "Records that groups committed.", perSecond,
					query{`sum by (consumergroup, topic) (rate(kafka_consumergroup_current_offset` + chosen + `[$__rate_interval]))`, "{{consumergroup}} {{topic}}"}),
				series("Written", "Records that arrived.", perSecond,
					query{`sum by (topic) (rate(kafka_topic_partition_current_offset{namespace=~"$namespace", topic=~"$topic"}[$__rate_interval]))`, "{{topic}}"}),
				series("Lag by partition", "One partition far above the others: a stuck consumer, or a key that all records share.", count,
					query{`topk(20, sum by (consumergroup, topic, partition) (kafka_consumergroup_lag` + chosen + `))`, "{{consumergroup}} {{topic}}/{{partition}}"}),
				series("Members", "Consumers in each group; none while there is lag means nobody reads.", count,
					query{`sum by (consumergroup) (kafka_consumergroup_members{namespace=~"$namespace", consumergroup=~"$group"})`, "{{consumergroup}}"}),
			}},
			{"Brokers", []panel{
				series("Bytes in", "By broker.", bytesPerSecond,
					query{`sum by (pod) (rate(kafka_server_bytesinpersec_total{namespace=~"$namespace"}[$__rate_interval]))`, "{{pod}}"}),
				series("Bytes out", "By broker, without copies for other brokers.", bytesPerSecond,
					query{`sum by (pod) (rate(kafka_server_bytesoutpersec_total{namespace=~"$namespace"}[$__rate_interval]))`, "{{pod}}"}),
				series("Idle request handlers", "Share of time. Below a third a broker is about to be too slow.", share,
					query{`min by (pod) (kafka_server_request_handlers_idle_ratio{namespace=~"$namespace"})`, "{{pod}}"}),
				series("Slow requests", "Slowest of a hundred.", "ms",
					query{`max by (request) (kafka_network_request_milliseconds{namespace=~"$namespace", request=~"Produce|FetchConsumer", quantile="0.99"})`, "{{request}}"}),
				series("Largest topics", "Bytes on disk, all copies.", bytes,
					query{`topk(10, sum by (topic) (kafka_log_bytes{namespace=~"$namespace", topic=~"$topic"}))`, "{{topic}}"}),
				series("Volumes", "Share in use.", share,
					query{volumesUsed(`namespace=~"$namespace", persistentvolumeclaim=~"data-.*"`), "{{persistentvolumeclaim}}"}).of(0.75, 0.9),
			}},
		},
	}
}

// volumesUsed is the share of each chosen claim that is in use, by what the kubelet sees.
func volumesUsed(chosen string) string {
	return `max by (persistentvolumeclaim) (1 - kubelet_volume_stats_available_bytes{` + chosen + `} / kubelet_volume_stats_capacity_bytes{` + chosen + `})`
}
