package grafana

// UIDs by which dashboards refer to data sources. They are part of every stored dashboard, also of
// those that services bring along: they never change.
const (
	PrometheusUID = "prometheus"
	AlertsUID     = "alertmanager"
	LogsUID       = "logs"
)

// Types of data sources, by the names of Grafana's plugins.
const (
	LogsType     = "elasticsearch"
	PostgresType = "grafana-postgresql-datasource"
)

// PostgresUID is the UID of the data source for a database.
func PostgresUID(cluster, database string) string { return "postgres-" + cluster + "-" + database }
