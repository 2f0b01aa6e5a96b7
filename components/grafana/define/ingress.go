package define

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func ingress() board {
	// Where the scraped pod's own labels use the name, Prometheus calls Traefik's exported_service.
	const (
		by     = "service, exported_service"
		legend = "{{service}} {{exported_service}}"
		failed = `code=~"5.."`
	)
	requests := func(labels string) string {
		return `sum by (` + by + `) (rate(traefik_service_requests_total{` + labels + `}[$__rate_interval]))`
	}
	slowest := func(quantile string) string {
		return `histogram_quantile(` + quantile + `, sum by (` + by + `, le) (rate(traefik_service_request_duration_seconds_bucket{protocol!="websocket"}[$__rate_interval])))`
	}
	return board{
		uid: "ingress", title: "Ingress", about: "What reaches the platform from outside, and what fails on the way?",
		variables: []cog.Builder[dashboard.VariableModel]{
			variable("entrypoint", "Entry point", "label_values(traefik_entrypoint_requests_total, entrypoint)"),
		},
		rows: []row{
			{"State", []panel{
				number("Requests", "Through every entry point.", "reqps", `sum(rate(traefik_entrypoint_requests_total[5m]))`),
				number("Failed", "Share of answers that are 5xx.", share,
					`sum(rate(traefik_entrypoint_requests_total{`+failed+`}[5m])) / sum(rate(traefik_entrypoint_requests_total[5m]))`, step{0.01, orange}, step{0.05, red}),
				number("Open connections", "Of clients, now.", count, `sum(traefik_open_connections)`),
				number("Certificate that ends first", "Time left; cert-manager renews 30 days before.", seconds,
					`min(certmanager_certificate_expiration_timestamp_seconds > 0) - time()`, step{-1e9, red}, step{7 * 86400, orange}, step{21 * 86400, green}),
				number("Certificates not ready", "cert-manager could not issue or renew them.", count,
					`sum(certmanager_certificate_ready_status{condition!="True"})`, anyIsBad()),
				number("Configuration taken over", "Since Traefik last accepted a change of routes.", seconds, `time() - max(traefik_config_last_reload_success)`),
			}},
			{"Services", []panel{
				series("Requests", "By service.", "reqps", query{`topk(15, ` + requests("") + `)`, legend}),
				series("Failed", "Share of each service's answers that are 5xx.", share,
					query{requests(failed) + ` / (` + requests("") + ` > 0)`, legend}).of(0.01, 0.05),
				series("Nineteen of twenty", "Answer within this time.", seconds, query{slowest("0.95"), legend}).warn(1, 5),
				series("Half", "Answer within this time.", seconds, query{slowest("0.5"), legend}),
			}},
			{"Entry points", []panel{
				series("Requests", "By entry point and answer.", "reqps",
					query{`sum by (entrypoint, code) (rate(traefik_entrypoint_requests_total{entrypoint=~"$entrypoint"}[$__rate_interval]))`, "{{entrypoint}} {{code}}"}),
				series("Connections", "By entry point; Kafka's and ssh's are not requests and show only here.", count,
					query{`sum by (entrypoint, protocol) (traefik_open_connections{entrypoint=~"$entrypoint"})`, "{{entrypoint}} {{protocol}}"}),
				series("Through ingress-nginx", "By host and answer.", "reqps",
					query{`sum by (host, status) (rate(nginx_ingress_controller_requests[$__rate_interval]))`, "{{host}} {{status}}"}),
				series("Traefik's memory", "By pod.", bytes,
					query{`sum by (pod) (container_memory_working_set_bytes{namespace="traefik", container="traefik"})`, "{{pod}}"}),
			}},
		},
	}
}
