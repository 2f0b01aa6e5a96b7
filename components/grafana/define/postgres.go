package define

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func postgres() board {
	const (
		chosen = `{namespace=~"$namespace", scope=~"$cluster"}`
		pods   = `namespace=~"$namespace", pod=~"($cluster)-[0-9]+", container="postgres"`
	)
	return board{
		uid: "postgresql", title: "PostgreSQL", about: "Has every cluster a leader, and do its followers follow?",
		variables: []cog.Builder[dashboard.VariableModel]{
			variable("namespace", "Namespace", "label_values(patroni_postgres_running, namespace)"),
			variable("cluster", "Cluster", `label_values(patroni_postgres_running{namespace=~"$namespace"}, scope)`),
		},
		rows: []row{
			{"State", []panel{
				number("Instances up", "Servers that answer.", count, `sum(patroni_postgres_running`+chosen+`)`),
				number("Instances down", "Patroni runs, its server does not.", count, `count(patroni_postgres_running`+chosen+` == 0) or vector(0)`, anyIsBad()),
				number("Without a leader", "Clusters that take no writes now.", count, `count(sum by (scope) (patroni_primary`+chosen+`) == 0) or vector(0)`, anyIsBad()),
				number("Not streaming", "Followers that fall behind, or follow from the backups only.", count,
					`count(patroni_postgres_streaming`+chosen+` == 0 and patroni_replica`+chosen+` == 1) or vector(0)`, step{1, orange}),
				number("Failover off", "Patroni is paused: no follower would take over.", count, `count(max by (scope) (patroni_is_paused`+chosen+`) == 1) or vector(0)`, anyIsBad()),
				number("Restart pending", "Instances whose settings count only after a restart.", count, `sum(patroni_pending_restart`+chosen+`)`, step{1, orange}),
			}},
			{"Replication", []panel{
				series("Followers behind", "Bytes written by the leader and not yet applied. A failover to a synchronous follower loses none of them.", bytes,
					query{`(max by (namespace, scope) (patroni_xlog_location` + chosen + `) - on (namespace, scope) group_right () ` +
						`(patroni_xlog_replayed_location` + chosen + ` > 0)) > 0`, "{{name}}"}).warn(64<<20, 1<<30),
				series("Written", "Bytes of the log of changes, which is also what is uploaded as backup.", bytesPerSecond,
					query{`sum by (scope) (rate(patroni_xlog_location` + chosen + `[$__rate_interval]))`, "{{scope}}"}),
				series("Leader", "The instance that takes writes. A change is a failover.", count,
					query{`patroni_primary` + chosen + ` == 1`, "{{name}}"}),
				series("Kubernetes last seen", "Age of each instance's last word with the API server. A leader that loses it for long steps down.", seconds,
					query{`time() - patroni_dcs_last_seen` + chosen, "{{name}}"}).warn(15, 30),
			}},
			{"Resources", []panel{
				series("Volumes", "Share in use. A full volume stops the server.", share,
					query{volumesUsed(`namespace=~"$namespace", persistentvolumeclaim=~"pgdata-($cluster)-[0-9]+"`), "{{persistentvolumeclaim}}"}).of(0.75, 0.9),
				series("Processor", "Cores in use.", count,
					query{`sum by (pod) (rate(container_cpu_usage_seconds_total{` + pods + `}[$__rate_interval]))`, "{{pod}}"}),
				series("Memory", "Share of the limit.", share,
					query{`sum by (pod) (container_memory_working_set_bytes{` + pods + `}) / sum by (pod) (kube_pod_container_resource_limits{` + pods + `, resource="memory"})`, "{{pod}}"}).of(0.9, 0.97),
				series("Age of the newest dump", "Since the last logical backup that succeeded. Physical backups run inside the instances.", seconds,
					query{`time() - max by (cronjob) (kube_cronjob_status_last_successful_time{namespace=~"$namespace", cronjob=~"logical-backup-($cluster)"})`, "{{cronjob}}"}),
			}},
		},
	}
}
