package monitoring_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
)

const (
	ofServices = "kubernetes:monitoring.coreos.com/v1:ServiceMonitor"
	ofPods     = "kubernetes:monitoring.coreos.com/v1:PodMonitor"
)

var ns = pulumi.String("shop")

func scrape(t *testing.T, m *monitoring.Monitoring, system string, target monitoring.Target) (*kubetest.Graph, error) {
	t.Helper()
	return kubetest.TryRun(func(ctx *pulumi.Context) error {
		_, err := m.Scrape(ctx, system, target)
		return err
	})
}

func TestServicesWithTLS(t *testing.T) {
	m := &monitoring.Monitoring{}
	g, err := scrape(t, m, "shop", monitoring.Target{
		Namespace: ns, Labels: map[string]string{"app": "shop"},
		Endpoints: []monitoring.Endpoint{{
			Port: "https", Path: "/m", Query: map[string]string{"format": "text"}, Interval: "60s", Token: true, Login: &monitoring.Login{Secret: "login", UserKey: "u", PasswordKey: "p"},
			HTTPS: &monitoring.TLS{CAConfigMap: "ca", CAKey: "ca.crt", ServerName: "shop.test"},
		}},
	})
	require.NoError(t, err)
	r := g.Get(t, ofServices, "monitor-shop")
	assert.Equal(t, "shop", r.At("metadata.namespace"))
	assert.Equal(t, map[string]any{monitoring.SystemLabel: "shop"}, r.At("metadata.labels"))
	assert.Equal(t, map[string]any{"matchLabels": map[string]any{"app": "shop"}}, r.At("spec.selector"))
	assert.Equal(t, map[string]any{
		"port": "https", "path": "/m", "params": map[string]any{"format": []any{"text"}}, "interval": "60s", "scheme": "https",
		"tlsConfig":       map[string]any{"serverName": "shop.test", "ca": map[string]any{"configMap": map[string]any{"name": "ca", "key": "ca.crt"}}},
		"bearerTokenFile": "/var/run/secrets/kubernetes.io/serviceaccount/token",
		"basicAuth": map[string]any{
			"username": map[string]any{"name": "login", "key": "u"}, "password": map[string]any{"name": "login", "key": "p"},
		},
	}, r.At("spec.endpoints.0"))
}

func TestPods(t *testing.T) {
	m := &monitoring.Monitoring{}
	g, err := scrape(t, m, "shop", monitoring.Target{
		Name: "shop-workers", Namespace: ns, Pods: true, LabelIn: map[string][]string{"tier": {"a", "b"}},
		Endpoints: []monitoring.Endpoint{{Port: "metrics"}, {Number: 8008, HTTPS: &monitoring.TLS{CASecret: "ca", CAKey: "ca.crt"}},
			{Port: "own", HTTPS: &monitoring.TLS{Unverified: true}}},
	})
	require.NoError(t, err)
	r := g.Get(t, ofPods, "monitor-shop-workers")
	assert.Equal(t, "shop", r.At("metadata.labels").(map[string]any)[monitoring.SystemLabel])
	assert.Equal(t, []any{map[string]any{"key": "tier", "operator": "In", "values": []any{"a", "b"}}}, r.At("spec.selector.matchExpressions"))
	assert.Equal(t, map[string]any{"port": "metrics"}, r.At("spec.podMetricsEndpoints.0"))
	assert.EqualValues(t, 8008, r.At("spec.podMetricsEndpoints.1.portNumber"))
	assert.Equal(t, "ca", r.At("spec.podMetricsEndpoints.1.tlsConfig.ca.secret.name"))
	assert.Equal(t, map[string]any{"insecureSkipVerify": true}, r.At("spec.podMetricsEndpoints.2.tlsConfig"))
}

func TestWhatCannotBeScrapedIsRefused(t *testing.T) {
	labels, open := map[string]string{"app": "shop"}, []monitoring.Endpoint{{Port: "http"}}
	for want, target := range map[string]monitoring.Target{
		"scrape shop: monitor shop has 0 endpoints and 1 labels":   {Namespace: ns, Labels: labels},
		"scrape shop: monitor shop has 1 endpoints and 0 labels":   {Namespace: ns, Endpoints: open},
		"scrape shop: monitor shop: port http: shows the token":    {Namespace: ns, Labels: labels, Endpoints: []monitoring.Endpoint{{Port: "http", Token: true}}},
		"scrape shop: monitor shop: port : has number 8008, which": {Namespace: ns, Labels: labels, Endpoints: []monitoring.Endpoint{{Number: 8008}}},
	} {
		m := &monitoring.Monitoring{}
		_, err := scrape(t, m, "shop", target)
		assert.ErrorContains(t, err, want)
		assert.Empty(t, m.Systems(), "what is refused is not recorded")
	}
}

func TestSystemsAreRecordedOnce(t *testing.T) {
	m := &monitoring.Monitoring{}
	m.Brought("nodes")
	for _, name := range []string{"one", "two"} {
		_, err := scrape(t, m, "shop", monitoring.Target{
			Name: name, Namespace: ns, Labels: map[string]string{"app": name}, Endpoints: []monitoring.Endpoint{{Port: "http"}},
		})
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"nodes", "shop"}, m.Systems())
	var none *monitoring.Monitoring
	none.Brought("nodes")
	g, err := scrape(t, none, "shop", monitoring.Target{})
	require.NoError(t, err)
	assert.Empty(t, g.Names())
	assert.Empty(t, none.Systems())
}
