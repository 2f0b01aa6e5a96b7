package define

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func linstor() board {
	const (
		node = `{node=~"$node"}`
		pool = `{node=~"$node", driver!="DISKLESS"}`
	)
	return board{
		uid: "linstor", title: "Linstor", about: "Has every volume its copies, and have the pools room?",
		variables: []cog.Builder[dashboard.VariableModel]{variable("node", "Node", "label_values(linstor_node_state, node)")},
		rows: []row{
			{"State", beside(
				number("Satellites away", "Nodes that the controller does not reach.", count, `count(linstor_node_state{node=~"$node", nodetype="SATELLITE"} != 2) or vector(0)`, anyIsBad()),
				number("Without quorum", "Volumes that a majority of copies is missing of: writes fail or wait.", count, `count(drbd_device_quorum == 0) or vector(0)`, anyIsBad()),
				number("No good copy", "Volumes none of whose copies is up to date.", count, `count(sum by (name) (drbd_device_state{drbd_device_state="UpToDate"}) == 0) or vector(0)`, anyIsBad()),
				number("Suspended", "Volumes whose input and output stands still.", count, `count(max by (name) (drbd_resource_suspended) == 1) or vector(0)`, anyIsBad()),
				number("Without a disk", "Copies that lost theirs and go on over the network.", count, `count(drbd_device_unintentionaldiskless == 1) or vector(0)`, anyIsBad()),
				number("Pools in error", "The controller cannot ask them.", count, `count(linstor_storage_pool_error_count`+node+` > 0) or vector(0)`, anyIsBad()),
				number("To be copied", "Bytes that some copy still lacks.", bytes, `sum(max by (name, volume) (drbd_peerdevice_outofsync_bytes)) or vector(0)`, step{1, orange}),
				number("Volumes", "All that the controller knows.", count, `max(linstor_resource_definition_count)`),
			)},
			{"Space", []panel{
				series("Pools", "Share in use. Thin pools that fill up stop every volume in them.", share,
					query{`1 - linstor_storage_pool_capacity_free_bytes` + pool + ` / (linstor_storage_pool_capacity_total_bytes` + pool + ` > 0)`, "{{node}} {{storage_pool}}"}).of(0.75, 0.85),
				series("Free", "By pool.", bytes, query{`linstor_storage_pool_capacity_free_bytes` + pool, "{{node}} {{storage_pool}}"}),
				series("Largest volumes", "Bytes a volume really takes on one node.", bytes,
					query{`topk(15, max by (resource) (linstor_volume_allocated_size_bytes` + node + `))`, "{{resource}}"}),
				series("Error reports", "What the controller and the satellites wrote down; `linstor error-reports list` shows them.", count,
					query{`sum by (module) (increase(linstor_error_reports_count[$__rate_interval]))`, "{{module}}"}),
			}},
			{"Replication", []panel{
				series("Out of sync", "Falling is a copy that catches up; level is one that does not.", bytes,
					query{`sum by (name) (drbd_peerdevice_outofsync_bytes) > 0`, "{{name}}"}),
				series("Connections down", "By volume and peer.", count,
					query{`max by (name, conn_name) (drbd_connection_state{drbd_connection_state!="Connected"}) > 0`, "{{name}} {{conn_name}}"}),
				series("Written", "To local disks, by node.", bytesPerSecond, query{`sum by (pod) (rate(drbd_device_written_bytes_total[$__rate_interval]))`, "{{pod}}"}),
				series("Read", "From local disks, by node.", bytesPerSecond, query{`sum by (pod) (rate(drbd_device_read_bytes_total[$__rate_interval]))`, "{{pod}}"}),
			}},
		},
	}
}
