package monitoring

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
)

const (
	apiVersion = "monitoring.coreos.com/v1"
	// SystemLabel is a label of every monitor: the system's name.
	SystemLabel = "streamforge.home/system"
	// tokenFile is where Prometheus' pod has its token.
	tokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token"
)

// Scrape has a system scraped: one ServiceMonitor or PodMonitor in its own namespace. The metrics'
// label job is the name of the Service, or namespace and name of the PodMonitor. The layer is the
// parent. A nil Monitoring gives a nil resource.
func (m *Monitoring) Scrape(ctx *pulumi.Context, system string, t Target, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	if m == nil {
		return nil, nil
	}
	object := t.Name
	if object == "" {
		object = system
	}
	kind, list := "ServiceMonitor", "endpoints"
	if t.Pods {
		kind, list = "PodMonitor", "podMetricsEndpoints"
	}
	if len(t.Endpoints) == 0 || len(t.Labels)+len(t.LabelIn) == 0 {
		return nil, fmt.Errorf("scrape %s: monitor %s has %d endpoints and %d labels, want one of each at least",
			system, object, len(t.Endpoints), len(t.Labels)+len(t.LabelIn))
	}
	endpoints := pulumi.Array{}
	for _, e := range t.Endpoints {
		one, err := e.spec(t.Pods)
		if err != nil {
			return nil, fmt.Errorf("scrape %s: monitor %s: port %s: %w", system, object, e.Port, err)
		}
		endpoints = append(endpoints, one)
	}
	m.systems = append(m.systems, system)
	return kube.Apply(ctx, "monitor-"+object, kube.Object{
		Kind: kube.Kind{APIVersion: apiVersion, Kind: kind}, Name: object,
		Namespace: t.Namespace.ToStringOutput().ToStringPtrOutput(),
		Labels:    pulumi.StringMap{SystemLabel: pulumi.String(system)},
		Spec:      pulumi.Map{"selector": t.selector(), list: endpoints},
	}, append(opts, kube.After(m.Ready...))...)
}

func (t Target) selector() pulumi.Map {
	s := pulumi.Map{}
	if len(t.Labels) > 0 {
		s["matchLabels"] = pulumi.ToStringMap(t.Labels)
	}
	expressions := pulumi.Array{}
	for _, label := range slices.Sorted(maps.Keys(t.LabelIn)) {
		expressions = append(expressions, pulumi.Map{
			"key": pulumi.String(label), "operator": pulumi.String("In"), "values": pulumi.ToStringArray(t.LabelIn[label]),
		})
	}
	if len(expressions) > 0 {
		s["matchExpressions"] = expressions
	}
	return s
}

func (e Endpoint) spec(pods bool) (pulumi.Map, error) {
	s := pulumi.Map{"port": pulumi.String(e.Port)}
	if e.Number != 0 {
		if !pods || e.Port != "" {
			return nil, fmt.Errorf("has number %d, which only a container's port without a name takes", e.Number)
		}
		s = pulumi.Map{"portNumber": pulumi.Int(e.Number)}
	}
	if e.Path != "" {
		s["path"] = pulumi.String(e.Path)
	}
	if len(e.Query) > 0 {
		query := pulumi.Map{}
		for name, value := range e.Query {
			query[name] = pulumi.ToStringArray([]string{value})
		}
		s["params"] = query
	}
	if e.Interval != "" {
		s["interval"] = pulumi.String(e.Interval)
	}
	if e.HTTPS != nil {
		s["scheme"], s["tlsConfig"] = pulumi.String("https"), e.HTTPS.spec()
	}
	if e.Login != nil {
		s["basicAuth"] = pulumi.Map{
			"username": key(e.Login.Secret, e.Login.UserKey), "password": key(e.Login.Secret, e.Login.PasswordKey),
		}
	}
	if !e.Token {
		return s, nil
	}
	if pods || e.HTTPS == nil {
		return nil, fmt.Errorf("shows the token of Prometheus, which only the monitor of a Service with TLS may")
	}
	s["bearerTokenFile"] = pulumi.String(tokenFile)
	return s, nil
}

func (t TLS) spec() pulumi.Map {
	s := pulumi.Map{}
	if t.Unverified {
		s["insecureSkipVerify"] = pulumi.Bool(true)
	}
	if t.ServerName != "" {
		s["serverName"] = pulumi.String(t.ServerName)
	}
	if t.CASecret != "" {
		s["ca"] = pulumi.Map{"secret": key(t.CASecret, t.CAKey)}
	} else if t.CAConfigMap != "" {
		s["ca"] = pulumi.Map{"configMap": key(t.CAConfigMap, t.CAKey)}
	}
	return s
}

func key(object, key string) pulumi.Map {
	return pulumi.Map{"name": pulumi.String(object), "key": pulumi.String(key)}
}
