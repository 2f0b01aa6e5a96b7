package define

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/elasticsearch"
	"github.com/grafana/grafana-foundation-sdk/go/logs"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// Fields of a record, as Fluent Bit writes it.
const (
	timeField      = "@timestamp"
	namespaceField = "kubernetes.namespace_name"
	namespaceTerms = namespaceField + ".keyword" // whole values, which is what can be counted
)

// stored is the Elasticsearch of the logs.
func stored() common.DataSourceRef {
	return common.DataSourceRef{Type: cog.ToPtr("elasticsearch"), Uid: cog.ToPtr("logs")}
}

func logVolume() board {
	const (
		chosen = namespaceField + `:(${namespace:lucene})`
		wrong  = ` AND (log:(error OR exception OR fatal OR panic) OR level:(error OR fatal) OR fields.level:(error OR ERROR OR fatal OR FATAL))`
	)
	outputs := func(metric string) string { return `sum by (pod) (rate(` + metric + `[$__rate_interval]))` }
	return board{
		uid: "logs", title: "Logs", about: "Who writes how much, what goes wrong, and does every record arrive?",
		variables: []cog.Builder[dashboard.VariableModel]{
			variable("namespace", "Namespace", "label_values(kube_namespace_created, namespace)").AllValue("*"), // not Prometheus' pattern
		},
		rows: []row{
			{"Arrival", []panel{
				number("Read", "Records per second, all nodes.", perSecond, `sum(rate(fluentbit_input_records_total[5m]))`),
				number("Stored", "Records per second that Elasticsearch took.", perSecond, `sum(rate(fluentbit_output_proc_records_total[5m]))`),
				number("Lost", "Records given up in the last hour.", count,
					`sum(increase(fluentbit_output_dropped_records_total[1h]) + increase(fluentbit_output_retries_failed_total[1h]))`, anyIsBad()),
				number("Collectors away", "Nodes whose logs nobody reads.", count,
					`sum(kube_daemonset_status_desired_number_scheduled{daemonset="fluent-bit"} - kube_daemonset_status_number_ready{daemonset="fluent-bit"})`, anyIsBad()),
			}},
			{"Content", []panel{
				counted("Records by namespace", "Of the chosen ones; the ten that write most.", chosen),
				counted("Records that speak of errors", "Of the chosen ones; the ten that write most.", chosen+wrong),
				newest("Newest errors", "Open a line to see its pod and container; Kibana searches further.", chosen+wrong),
			}},
			{"Collectors", []panel{
				series("Stored", "Records by collector.", perSecond, query{outputs("fluentbit_output_proc_records_total"), "{{pod}}"}),
				series("Bytes", "By collector.", bytesPerSecond, query{outputs("fluentbit_output_proc_bytes_total"), "{{pod}}"}),
				series("Errors", "Answers of Elasticsearch that were no success.", perSecond, query{outputs("fluentbit_output_errors_total"), "{{pod}}"}),
				series("Retries", "Chunks sent again. Lasting ones mean that Elasticsearch is too slow, or away.", perSecond,
					query{outputs("fluentbit_output_retries_total"), "{{pod}}"}),
			}},
		},
	}
}

// counted draws how many records fit a search, by namespace.
func counted(title, about, search string) panel {
	return panel{title: title, about: about, unit: count, width: 12, height: 8, source: stored(), custom: func(p panel, id uint32, at dashboard.GridPos) cog.Builder[dashboard.Panel] {
		return timeseries.NewPanelBuilder().Id(id).GridPos(at).Title(p.title).Description(p.about).Unit(p.unit).Datasource(p.source).
			DrawStyle(common.GraphDrawStyleBars).FillOpacity(80).Min(0).
			Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal).Group("A")).
			Legend(common.NewVizLegendOptionsBuilder().ShowLegend(true).DisplayMode(common.LegendDisplayModeTable).
				Placement(common.LegendPlacementRight).Calcs([]string{"sum"})).
			WithTarget(elasticsearch.NewDataqueryBuilder().RefId("Q1").Datasource(p.source).TimeField(timeField).Query(search).
				Metrics([]elasticsearch.MetricAggregation{{Count: &elasticsearch.Count{Id: "1", Type: elasticsearch.MetricAggregationTypeCount}}}).
				BucketAggs([]elasticsearch.BucketAggregation{
					{Terms: &elasticsearch.Terms{Id: "2", Type: elasticsearch.BucketAggregationTypeTerms, Field: cog.ToPtr(namespaceTerms),
						Settings: &elasticsearch.ElasticsearchTermsSettings{
							Size: cog.ToPtr("10"), Order: cog.ToPtr(elasticsearch.TermsOrderDesc), OrderBy: cog.ToPtr("_count"), MinDocCount: cog.ToPtr("1")}}},
					{DateHistogram: &elasticsearch.DateHistogram{Id: "3", Type: elasticsearch.BucketAggregationTypeDateHistogram, Field: cog.ToPtr(timeField),
						Settings: &elasticsearch.ElasticsearchDateHistogramSettings{Interval: cog.ToPtr("auto")}}},
				}))
	}}
}

// newest lists records.
func newest(title, about, search string) panel {
	return panel{title: title, about: about, width: fullLine, height: 12, source: stored(), custom: func(p panel, id uint32, at dashboard.GridPos) cog.Builder[dashboard.Panel] {
		return logs.NewPanelBuilder().Id(id).GridPos(at).Title(p.title).Description(p.about).Datasource(p.source).
			ShowTime(true).WrapLogMessage(true).EnableLogDetails(true).SortOrder(common.LogsSortOrderDescending).
			WithTarget(elasticsearch.NewDataqueryBuilder().RefId("Q1").Datasource(p.source).TimeField(timeField).Query(search).
				Metrics([]elasticsearch.MetricAggregation{{Logs: &elasticsearch.Logs{Id: "1", Type: elasticsearch.MetricAggregationTypeLogs,
					Settings: &elasticsearch.ElasticsearchLogsSettings{Limit: cog.ToPtr("200")}}}}))
	}}
}
