package storage

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/infra/observability/monitoring"
)

// linstorTargets are the controller, which knows every volume, and drbd-reactor on each satellite,
// which knows what its own machine sees of them. Labels and ports are those that Piraeus gives them.
func linstorTargets(namespace pulumi.StringInput) []monitoring.Target {
	component := func(name string) map[string]string { return map[string]string{"app.kubernetes.io/component": name} }
	return []monitoring.Target{
		{Name: "linstor-controller", Namespace: namespace, Labels: component("linstor-controller"), Endpoints: []monitoring.Endpoint{{Port: "api"}}},
		{Name: "linstor-satellite", Namespace: namespace, Pods: true, Labels: component("linstor-satellite"), Endpoints: []monitoring.Endpoint{{Port: "prometheus"}}},
	}
}
