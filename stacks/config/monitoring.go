package config

// Monitoring is the `monitoring` section: how much is measured and kept.
type Monitoring struct {
	Prometheus   MetricStore `json:"prometheus"`
	Grafana      Volume      `json:"grafana"`
	Alertmanager Volume      `json:"alertmanager"`
}

// MetricStore is what Prometheus keeps and needs for it.
type MetricStore struct {
	DiskGiB       int `json:"diskGiB"`
	RetentionDays int `json:"retentionDays"` // what is older goes; sooner once 85% of the disk are used
	MemoryMiB     int `json:"memoryMiB"`     // some 4 KiB for each time series that is alive
	CPUMillis     int `json:"cpuMillis"`     // thousandths of a core
}

// Volume is what a server stores.
type Volume struct {
	DiskGiB int `json:"diskGiB"`
}

// Validate checks the section by itself.
func (m Monitoring) Validate(at Path) (errs []error) {
	here := at.Field("prometheus")
	errs = append(errs, between(here, "diskGiB", m.Prometheus.DiskGiB, 1, 65536, " GiB")...)
	errs = append(errs, between(here, "retentionDays", m.Prometheus.RetentionDays, 1, 3650, " days")...)
	errs = append(errs, between(here, "memoryMiB", m.Prometheus.MemoryMiB, 256, 1<<20, " MiB")...)
	errs = append(errs, between(here, "cpuMillis", m.Prometheus.CPUMillis, 50, 128000, " thousandths of a core")...)
	errs = append(errs, between(at.Field("grafana"), "diskGiB", m.Grafana.DiskGiB, 1, 1024, " GiB")...)
	return append(errs, between(at.Field("alertmanager"), "diskGiB", m.Alertmanager.DiskGiB, 1, 1024, " GiB")...)
}
