package define

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// named gives the series of node-exporter the name of their machine and keeps the chosen ones.
func named(expr string) string {
	return fmt.Sprintf(`(%s) * on (instance) group_left (nodename) node_uname_info{nodename=~"$node"}`, expr)
}

func nodes() board {
	const (
		disks   = `fstype!~"tmpfs|ramfs|overlay|squashfs|nsfs", mountpoint!~"/var/lib/kubelet/.*|/run/.*"`
		devices = `device!~"lo|veth.*|cali.*|tunl.*|vxlan.*|kube-ipvs.*|nodelocaldns"`
	)
	name := "{{nodename}}"
	return board{
		uid: "nodes", title: "Nodes", about: "Is a machine the reason? Processor, memory, disks and network of every node.",
		variables: []cog.Builder[dashboard.VariableModel]{variable("node", "Node", "label_values(node_uname_info, nodename)")},
		rows: []row{
			{"State", []panel{
				number("Nodes ready", "Kubelet reports, and the scheduler may use them.", count,
					`sum(kube_node_status_condition{condition="Ready", status="true"})`),
				number("Not ready", "Pods of these nodes move elsewhere after five minutes.", count,
					`sum(kube_node_status_condition{condition="Ready", status!="true"})`, anyIsBad()),
				number("Under pressure", "Memory, disk or process ids run out: the kubelet evicts pods.", count,
					`sum(kube_node_status_condition{condition=~"MemoryPressure|DiskPressure|PIDPressure", status="true"})`, anyIsBad()),
				number("Closed to new pods", "Cordoned, usually for maintenance.", count, `sum(kube_node_spec_unschedulable)`, step{1, orange}),
				number("Clock off", "Largest offset. Certificates, Kafka and etcd need clocks that agree.", seconds,
					`max(abs(`+named("node_timex_offset_seconds")+`))`, step{0.05, orange}, step{0.5, red}),
				number("Started in the last day", "Machines that booted; was it meant?", count,
					`count(`+named("time() - node_boot_time_seconds < bool 86400")+` > 0) or vector(0)`, step{1, orange}),
			}},
			{"Processor and memory", []panel{
				series("Processor", "Share of all cores that is busy.", share,
					query{named(`1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[$__rate_interval]))`), name}).of(0.8, 0.95),
				series("Load per core", "Tasks that run or wait, also for disks. Above one they queue.", count,
					query{named(`node_load5 / on (instance) count by (instance) (node_cpu_seconds_total{mode="idle"})`), name}).warn(1, 2),
				series("Memory", "Share in use, caches not counted.", share,
					query{named(`1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes`), name}).of(0.85, 0.95),
				series("Kills for memory", "Processes that the kernel ended because memory ran out.", perSecond,
					query{named(`rate(node_vmstat_oom_kill[$__rate_interval])`), name}),
			}},
			{"Disks", []panel{
				series("Space", "Share in use. From 85 % on the kubelet removes images, then evicts.", share,
					query{named(`max by (instance, mountpoint) (1 - node_filesystem_avail_bytes{` + disks + `} / node_filesystem_size_bytes{` + disks + `})`),
						"{{nodename}} {{mountpoint}}"}).of(0.8, 0.9),
				series("Busy", "Share of time in which a disk worked on something.", share,
					query{named(`max by (instance, device) (rate(node_disk_io_time_seconds_total[$__rate_interval]))`), "{{nodename}} {{device}}"}).of(0.8, 0.95),
			}},
			{"Network", []panel{
				series("Received", "All interfaces that lead out of the machine.", bytesPerSecond,
					query{named(`sum by (instance) (rate(node_network_receive_bytes_total{` + devices + `}[$__rate_interval]))`), name}),
				series("Sent", "All interfaces that lead out of the machine.", bytesPerSecond,
					query{named(`sum by (instance) (rate(node_network_transmit_bytes_total{` + devices + `}[$__rate_interval]))`), name}),
				series("Errors and drops", "Packets lost on the way in or out.", perSecond,
					query{named(`sum by (instance) (rate(node_network_receive_errs_total[$__rate_interval]) + rate(node_network_transmit_errs_total[$__rate_interval]) + ` +
						`rate(node_network_receive_drop_total[$__rate_interval]) + rate(node_network_transmit_drop_total[$__rate_interval]))`), name}),
				series("Connections tracked", "Share of the kernel's table. When it is full, new connections fail.", share,
					query{named(`node_nf_conntrack_entries / node_nf_conntrack_entries_limit`), name}).of(0.75, 0.9),
			}},
		},
	}
}
