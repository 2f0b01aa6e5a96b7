package mirror

import "slices"

func prometheusCRDs() []crd {
	const group = "monitoring.coreos.com"
	stable, alpha := crd{versions: []string{"v1"}}, crd{versions: []string{"v1alpha1"}}
	crds := slices.Concat(
		inGroup(group, stable, [][2]string{
			{"Alertmanager", "alertmanagers"}, {"Prometheus", "prometheuses"}, {"ThanosRuler", "thanosrulers"},
		}),
		inGroup(group, alpha, [][2]string{{"PrometheusAgent", "prometheusagents"}}),
	)
	stable.noStatus, alpha.noStatus = true, true
	return slices.Concat(crds,
		inGroup(group, stable, [][2]string{
			{"PodMonitor", "podmonitors"}, {"Probe", "probes"}, {"PrometheusRule", "prometheusrules"}, {"ServiceMonitor", "servicemonitors"},
		}),
		inGroup(group, alpha, [][2]string{{"AlertmanagerConfig", "alertmanagerconfigs"}, {"ScrapeConfig", "scrapeconfigs"}}),
	)
}
