package network

import (
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/internal/kube"
)

// Visitors are let into a namespace of services: its own pods, Traefik for what is published, and
// Prometheus for what is measured. Whom else a service serves only its team knows, whose policies
// add to these.
func Visitors() []kube.Rule {
	return []kube.Rule{
		{Peers: []kube.Peer{{}}},
		{Peers: kube.In(WebNamespace)},
		{Peers: monitoring.Peers()},
	}
}
