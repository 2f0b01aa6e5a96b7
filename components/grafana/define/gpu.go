package define

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func gpu() board {
	const (
		chosen = `{Hostname=~"$node"}`
		card   = "{{Hostname}} {{gpu}}"
	)
	return board{
		uid: "gpu", title: "GPU", about: "Are the cards used, and are they well?",
		variables: []cog.Builder[dashboard.VariableModel]{variable("node", "Node", "label_values(DCGM_FI_DEV_GPU_UTIL, Hostname)")},
		rows: []row{
			{"State", []panel{
				number("Cards", "That report.", count, `count(DCGM_FI_DEV_GPU_UTIL`+chosen+`)`),
				number("Idle", "Cards that nothing runs on.", count, `count(avg_over_time(DCGM_FI_DEV_GPU_UTIL`+chosen+`[15m]) < 1) or vector(0)`),
				number("Errors", "Cards whose last XID error is not 0; the node's log names the cause.", count, `count(DCGM_FI_DEV_XID_ERRORS`+chosen+` > 0) or vector(0)`, anyIsBad()),
				number("Rows worn out", "Cards that could not replace a broken row of memory: exchange them.", count, `count(DCGM_FI_DEV_ROW_REMAP_FAILURE`+chosen+` > 0) or vector(0)`, anyIsBad()),
				number("Hottest", "", "celsius", `max(DCGM_FI_DEV_GPU_TEMP`+chosen+`)`, step{80, orange}, step{88, red}),
				number("Power", "All chosen cards.", "watt", `sum(DCGM_FI_DEV_POWER_USAGE`+chosen+`)`),
			}},
			{"Cards", []panel{
				series("Busy", "Share of time in which something ran on the card.", "percent", query{`DCGM_FI_DEV_GPU_UTIL` + chosen, card}),
				series("Memory", "Share in use.", share,
					query{`DCGM_FI_DEV_FB_USED` + chosen + ` / (DCGM_FI_DEV_FB_USED` + chosen + ` + DCGM_FI_DEV_FB_FREE` + chosen + `)`, card}).of(0.9, 0.98),
				series("Temperature", "The driver slows a card down from about 90 °C on.", "celsius", query{`DCGM_FI_DEV_GPU_TEMP` + chosen, card}).warn(80, 88),
				series("Power", "By card.", "watt", query{`DCGM_FI_DEV_POWER_USAGE` + chosen, card}),
				series("Clock", "Falls under heat or when there is nothing to do.", "rotmhz", query{`DCGM_FI_DEV_SM_CLOCK` + chosen, card}),
				series("Users", "Busy share by the pod that holds the card.", "percent",
					query{`max by (exported_namespace, exported_pod) (DCGM_FI_DEV_GPU_UTIL{Hostname=~"$node", exported_pod!=""})`, "{{exported_namespace}}/{{exported_pod}}"}),
			}},
		},
	}
}
