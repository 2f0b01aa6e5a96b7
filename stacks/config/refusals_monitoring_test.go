package config

import "testing"

func TestMonitoringRefusals(t *testing.T) {
	refuse(t, map[string]refusal{
		"sizes of prometheus": {edits{"monitoring.prometheus.diskGiB": 0, "monitoring.prometheus.retentionDays": 0,
			"monitoring.prometheus.memoryMiB": 100, "monitoring.prometheus.cpuMillis": 1}, []string{
			"monitoring.prometheus.diskGiB: must be 1 to 65536 GiB, got 0",
			"monitoring.prometheus.retentionDays: must be 1 to 3650 days, got 0",
			"monitoring.prometheus.memoryMiB: must be 256 to 1048576 MiB, got 100",
			"monitoring.prometheus.cpuMillis: must be 50 to 128000 thousandths of a core, got 1"}},
		"volumes beside it": {edits{"monitoring.grafana.diskGiB": 0, "monitoring.alertmanager.diskGiB": 2000}, []string{
			"monitoring.grafana.diskGiB: must be 1 to 1024 GiB, got 0",
			"monitoring.alertmanager.diskGiB: must be 1 to 1024 GiB, got 2000"}},
	})
}
