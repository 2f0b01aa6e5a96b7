package logging

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/infra/observability/monitoring"
	"github.com/streamforge/infrastructure/infra/storage"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/stacks/config"
)

// graph declares the layer alone.
func graph(t *testing.T, change func(*Inputs)) (*kubetest.Graph, Outputs, []string) {
	t.Helper()
	watched := &monitoring.Monitoring{}
	in := Inputs{
		Charts: kube.Charts{Mirror: kubetest.Mirror(t)}, Classes: storage.Classes{Local: kube.Class{Name: "near"}}, Monitoring: watched,
		Web: &network.Web{Domain: "home.test", Class: "traefik", Issuer: "ca"},
		Logging: config.Logging{
			NodeSets: []config.LogNodes{{Name: "all", Count: 1, DiskGiB: 10, MemoryMiB: 1024, CPUMillis: 100}},
			Prefixes: []config.LogPrefix{
				{Name: "apps", Namespaces: []string{"shop"}, RetentionDays: 9}, {Name: "rest", PerNamespace: true, RetentionDays: 3},
			},
			Kibana: config.Kibana{Replicas: 1, MemoryMiB: 1024}, BufferMiB: 128,
		},
	}
	change(&in)
	var out Outputs
	g := kubetest.Run(t, func(ctx *pulumi.Context) (err error) {
		out, err = Deploy(ctx, in)
		return err
	})
	return g, out, watched.Systems()
}

func TestLayer(t *testing.T) {
	g, out, systems := graph(t, func(*Inputs) {})
	assert.Equal(t, "https://logs-es-http.logging.svc:9200", out.Source.URL)
	assert.Equal(t, "grafana", out.Source.User, "not a user that may write")
	assert.Equal(t, "apps-*,rest-*", out.Source.Index)
	assert.Equal(t, "https://kibana.home.test", out.Kibana.URL)
	assert.Equal(t, []string{"eck", "elasticsearch", "fluent-bit"}, systems)

	for ns, level := range map[string]string{"logging": "restricted", "elastic-system": "restricted", "fluent-bit": "privileged"} {
		r := g.Get(t, "kubernetes:core/v1:Namespace", ns)
		assert.Equal(t, level, r.At(`metadata.labels.pod-security\.kubernetes\.io/enforce`), ns)
		assert.True(t, r.Protect, ns)
	}
	es := g.Get(t, "kubernetes:elasticsearch.k8s.elastic.co/v1:Elasticsearch", "logs")
	assert.Equal(t, "near", es.At("spec.nodeSets.0.volumeClaimTemplates.0.spec.storageClassName"), "it keeps copies itself")
	bits := g.Release(t, "fluent-bit")
	assert.Equal(t, "fluent-bit", bits.At("namespace"))
	assert.True(t, bits.DependsOn("Job logs-setup"), "the first index of a day needs its template")
	for _, other := range []string{"Kibana logs-kibana", "Deployment logs-exporter"} {
		assert.False(t, bits.DependsOn(other), "logs are taken in without %s", other)
	}
	assert.Equal(t, g.Get(t, "kubernetes:core/v1:Secret", "logs-user-fluent-bit").At("stringData.password"),
		g.Get(t, "kubernetes:core/v1:Secret", "fluent-bit-login").At("stringData.password"))
	assert.Contains(t, bits.At(`values.luaScripts.index\.lua`), `["shop"] = { name = "apps", per = "container" }`)
	route := g.Get(t, "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", "kibana.home.test-route")
	assert.Equal(t, map[string]any{"name": "logs-kb-http", "port": 5601.0}, route.At("spec.rules.0.backendRefs.0"))
	assert.False(t, g.Get(t, "streamforge:network:Published", "kibana.home.test").DependsOn("Kibana logs-kibana"))
}

// TestBehindAProxy: who publishes the proxy decides; Kibana, which lets everybody in by then, is not.
func TestBehindAProxy(t *testing.T) {
	g, out, _ := graph(t, func(in *Inputs) {
		in.Front = &Front{Namespace: "sso", Labels: map[string]string{"app": "proxy"}}
		in.Disposable = true
	})
	assert.Equal(t, "https://kibana.home.test", out.Kibana.URL)
	assert.Equal(t, "https://logs-kb-http.logging.svc:5601", out.Kibana.Inside)
	for _, name := range g.Names() {
		require.NotContains(t, name, "kibana.home.test")
	}
	g.Get(t, "kubernetes:core/v1:Secret", "logs-kibana-keystore")
	assert.False(t, g.Get(t, "kubernetes:core/v1:Namespace", "logging").Protect)
}
