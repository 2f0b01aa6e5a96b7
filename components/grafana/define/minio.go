package define

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// byCall takes each server's value a single time: every server answers for all of them.
func byCall(expr string) string { return "sum by (api) (max by (server, api) (" + expr + "))" }

func minio() board {
	const chosen = `{namespace=~"$namespace"}`
	rate := func(metric string) string { return "rate(" + metric + chosen + "[$__rate_interval])" }
	return board{
		uid: "minio", title: "MinIO", about: "Is the object store whole, has it room, and who asks for what?",
		variables: []cog.Builder[dashboard.VariableModel]{variable("namespace", "Namespace", "label_values(minio_cluster_nodes_online_total, namespace)")},
		rows: []row{
			{"State", []panel{
				number("Writable", "1 while enough drives are there for a write.", count, `min(minio_cluster_health_status`+chosen+`)`, step{-1, red}, step{1, green}),
				number("Servers away", "Of the cluster.", count, `max(minio_cluster_nodes_offline_total`+chosen+`)`, anyIsBad()),
				number("Drives away", "Of the cluster; objects stay readable as long as few are.", count, `max(minio_cluster_drive_offline_total`+chosen+`)`, anyIsBad()),
				number("Free", "Usable for objects, parity taken off.", bytes, `min(minio_cluster_capacity_usable_free_bytes`+chosen+`)`),
				number("In use", "Share of what is usable.", share,
					`1 - min(minio_cluster_capacity_usable_free_bytes`+chosen+`) / max(minio_cluster_capacity_usable_total_bytes`+chosen+`)`, step{0.75, orange}, step{0.9, red}),
				number("Objects", "In all buckets.", count, `max(minio_cluster_usage_object_total`+chosen+`)`),
			}},
			{"Requests", []panel{
				series("Requests", "By call.", perSecond, query{byCall(rate("minio_s3_requests_total")), "{{api}}"}),
				series("Errors", "Answers 5xx are the store's fault, 4xx mostly the client's; canceled ones were given up by the client.", perSecond,
					query{byCall(rate("minio_s3_requests_5xx_errors_total")), "5xx {{api}}"},
					query{byCall(rate("minio_s3_requests_4xx_errors_total")), "4xx {{api}}"},
					query{byCall(rate("minio_s3_requests_canceled_total")), "canceled {{api}}"}),
				series("Refused logins", "Requests with a wrong key or signature.", perSecond,
					query{`sum(max by (server) (` + rate("minio_s3_requests_rejected_auth_total") + `))`, "wrong key"},
					query{`sum(max by (server) (` + rate("minio_s3_requests_rejected_timestamp_total") + `))`, "wrong clock"}),
				series("Waiting", "Requests in the queue. More than none for long: too little memory or slow drives.", count,
					query{`max(minio_s3_requests_waiting_total` + chosen + `)`, "waiting"},
					query{`max(minio_s3_requests_inflight_total` + chosen + `)`, "in flight"}),
				series("Traffic", "Of clients.", bytesPerSecond,
					query{`sum(max by (server) (` + rate("minio_s3_traffic_received_bytes") + `))`, "received"},
					query{`sum(max by (server) (` + rate("minio_s3_traffic_sent_bytes") + `))`, "sent"}),
				series("Between servers", "Every object is spread over several.", bytesPerSecond,
					query{`sum(max by (server) (` + rate("minio_inter_node_traffic_received_bytes") + `))`, "received"},
					query{`sum(max by (server) (` + rate("minio_inter_node_traffic_sent_bytes") + `))`, "sent"}),
			}},
			{"Drives", []panel{
				series("Space", "Share in use of each drive.", share,
					query{`max by (server, drive) (1 - minio_node_drive_free_bytes` + chosen + ` / minio_node_drive_total_bytes` + chosen + `)`, "{{server}} {{drive}}"}).of(0.75, 0.9),
				series("Drives to spare", "Of each erasure set; at 0 the next drive that fails stops writes.", count,
					query{`min by (pool, set) (minio_cluster_health_erasure_set_online_drives` + chosen + `) - ` +
						`max by (pool, set) (minio_cluster_health_erasure_set_write_quorum` + chosen + `)`, "pool {{pool}} set {{set}}"}),
				series("Healing", "Objects whose copies were mended since the last round began.", count,
					query{`max by (server) (minio_heal_objects_heal_total` + chosen + `)`, "{{server}}"}),
				series("Latency", "Of the slowest operation on each drive, microseconds in the last minute.", "µs",
					query{`max by (server, drive) (minio_node_drive_latency_us` + chosen + `)`, "{{server}} {{drive}}"}),
			}},
		},
	}
}
