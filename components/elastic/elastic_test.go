package elastic

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

const (
	esType     = "kubernetes:elasticsearch.k8s.elastic.co/v1:Elasticsearch"
	kbType     = "kubernetes:kibana.k8s.elastic.co/v1:Kibana"
	secretType = "kubernetes:core/v1:Secret"
	policyType = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
)

func graph(t *testing.T, change func(*Args)) *kubetest.Graph {
	t.Helper()
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		o, err := NewOperator(ctx, "elastic-operator", OperatorArgs{
			Charts: charts, Namespace: pulumi.String("system"), Watches: []string{"store"}, MetricsFrom: "watch",
		})
		require.NoError(t, err)
		class, err := kubetest.Any(ctx, "class")
		require.NoError(t, err)
		a := Args{
			Name: "logs", Namespace: pulumi.String("store"), NamespaceName: "store", StorageClass: "local",
			NodeSets: []NodeSet{{Name: "all", Count: 3, DiskGiB: 50, MemoryMiB: 2048, CPUMillis: 300}},
			Prefixes: stored.Prefixes, Kibana: Kibana{Replicas: 2, MemoryMiB: 1024, URL: "https://kibana.example.test", From: "edge"},
			Writers: []string{"collectors"}, Readers: []string{"watch"}, MetricsFrom: "watch", OperatorFrom: "system",
			Operator: o.Ready, Storage: []pulumi.Resource{class},
		}
		change(&a)
		e, err := New(ctx, "logs", a)
		require.NoError(t, err)
		assert.Equal(t, "https://logs-es-http.store.svc:9200", e.URL)
		assert.Len(t, e.Passwords, 5)
		return nil
	})
}

func same(*Args) {}

func TestOperator(t *testing.T) {
	r := graph(t, same).Release(t, "elastic-operator")
	assert.Equal(t, pins.ECK.Version, r.At("version"))
	assert.Equal(t, []any{"store"}, r.At("values.managedNamespaces"))
	assert.Equal(t, true, r.At("values.installCRDs"))
	assert.Equal(t, "8081", r.At("values.config.metrics.port"))
	assert.Equal(t, true, r.At("values.telemetry.disabled"))
}

func TestCluster(t *testing.T) {
	g := graph(t, same)
	es := g.Get(t, esType, "logs")
	assert.True(t, es.Protect)
	assert.Equal(t, pins.Elastic, es.At("spec.version"))
	for _, other := range []string{"elastic-operator", "class", "Secret logs-roles", "Secret logs-http-ca", "Secret logs-user-grafana"} {
		assert.True(t, es.DependsOn(other), other)
	}
	assert.Equal(t, "jsonpath={.status.phase}=Ready", es.At(`metadata.annotations.pulumi\.com/waitFor`))
	assert.Equal(t, "logs-http-ca", es.At("spec.http.tls.certificate.secretName"))
	assert.Equal(t, "DeleteOnScaledownOnly", es.At("spec.volumeClaimDeletePolicy"))
	set := es.At("spec.nodeSets.0").(map[string]any)
	assert.Equal(t, 3.0, set["count"])
	assert.Equal(t, false, set["config"].(map[string]any)["node.store.allow_mmap"])
	assert.NotContains(t, set["config"], "node.roles")
	claim := es.At("spec.nodeSets.0.volumeClaimTemplates.0").(map[string]any)
	assert.Equal(t, map[string]any{"name": "elasticsearch-data"}, claim["metadata"])
	assert.Equal(t, "local", claim["spec"].(map[string]any)["storageClassName"])
	container := es.At("spec.nodeSets.0.podTemplate.spec.containers.0").(map[string]any)
	assert.Equal(t, "elasticsearch", container["name"])
	assert.Equal(t, map[string]any{"memory": "2048Mi"}, container["resources"].(map[string]any)["limits"])
	ca := g.Get(t, secretType, "logs-http-ca")
	assert.True(t, ca.Secret(`stringData.ca\.key`))

	g = graph(t, func(a *Args) { a.Disposable, a.NodeSets[0].Roles = true, []string{"master"} })
	es = g.Get(t, esType, "logs")
	assert.False(t, es.Protect)
	assert.Equal(t, "DeleteOnScaledownAndClusterDeletion", es.At("spec.volumeClaimDeletePolicy"))
	assert.Equal(t, []any{"master"}, es.At(`spec.nodeSets.0.config.node\.roles`))
}

func TestUsersCanDoNoMoreThanTheirWorkTakes(t *testing.T) {
	g := graph(t, same)
	var said map[string]role
	require.NoError(t, yaml.Unmarshal([]byte(g.Get(t, secretType, "logs-roles").At(`stringData.roles\.yml`).(string)), &said))
	own := []string{"internal-*", "platform-*"}
	assert.Equal(t, map[string]role{
		"logs_collector": {Indices: []indices{{own, []string{"auto_configure", "create_doc"}}}},
		"logs_reader":    {Cluster: []string{"monitor"}, Indices: []indices{{own, []string{"read", "view_index_metadata"}}}},
		"logs_setup":     {Cluster: []string{"manage_ilm", "manage_index_templates"}},
		"logs_exporter":  {Cluster: []string{"monitor"}, Indices: []indices{{[]string{"*"}, []string{"monitor"}}}},
	}, said)
	passwords := map[any]bool{}
	listed := g.Get(t, esType, "logs").At("spec.auth.fileRealm").([]any)
	for user, roles := range map[string]string{
		"fluent-bit": "logs_collector", "grafana": "logs_reader", "kibana": "logs_reader,kibana_admin",
		"logs-setup": "logs_setup", "exporter": "logs_exporter",
	} {
		s := g.Get(t, secretType, "logs-user-"+user)
		assert.Equal(t, "kubernetes.io/basic-auth", s.At("type"))
		assert.Equal(t, user, s.At("stringData.username"))
		assert.Equal(t, roles, s.At("stringData.roles"))
		assert.True(t, s.Secret("stringData.password"))
		assert.Contains(t, listed, map[string]any{"secretName": s.At("metadata.name")})
		passwords[s.At("stringData.password")] = true
	}
	assert.Len(t, passwords, len(listed))
}

func TestKibanaAsksForALogin(t *testing.T) {
	g := graph(t, same)
	kb := g.Get(t, kbType, "logs-kibana")
	assert.True(t, kb.DependsOn("Elasticsearch logs"))
	assert.Equal(t, "logs", kb.At("metadata.name"))
	assert.Equal(t, 2.0, kb.At("spec.count"))
	settings := kb.At("spec.config").(map[string]any)
	assert.Equal(t, "https://kibana.example.test", settings["server.publicBaseUrl"])
	assert.Equal(t, 0.0, settings["xpack.security.authc.providers.basic.basic1.order"])
	assert.NotContains(t, settings, anonymous+".order")
	assert.Nil(t, kb.At("spec.secureSettings"))
	assert.Equal(t, "edge", g.Get(t, policyType, "logs-logs-kibana").At(`spec.ingress.0.from.0.namespaceSelector.matchLabels.kubernetes\.io/metadata\.name`))
	backend := g.Get(t, "kubernetes:gateway.networking.k8s.io/v1alpha3:BackendTLSPolicy", "logs-kibana-backend")
	assert.Equal(t, "logs-kb-http", backend.At("spec.targetRefs.0.name"))
	assert.Equal(t, "logs-kb-http.store.svc", backend.At("spec.validation.hostname"))
}

func TestBehindAProxyNobodyElseReachesKibana(t *testing.T) {
	g := graph(t, func(a *Args) {
		a.Kibana.Front = &Front{Namespace: "sso", Labels: map[string]string{"app": "proxy"}}
	})
	kb := g.Get(t, kbType, "logs-kibana")
	settings := kb.At("spec.config").(map[string]any)
	assert.Equal(t, "kibana", settings[anonymous+".credentials.username"])
	assert.Equal(t, 0.0, settings[anonymous+".order"])
	assert.Equal(t, 1.0, settings["xpack.security.authc.providers.basic.basic1.order"])
	store := g.Get(t, secretType, "logs-kibana-keystore")
	assert.Equal(t, store.At("metadata.name"), kb.At("spec.secureSettings.0.secretName"))
	assert.True(t, kb.DependsOn("Secret logs-kibana-keystore"))
	keys := store.At("stringData").(map[string]any)
	assert.Equal(t, g.Get(t, secretType, "logs-user-kibana").At("stringData.password"), keys[anonymous+".credentials.password"])
	from := g.Get(t, policyType, "logs-logs-kibana").At("spec.ingress.0.from").([]any)
	assert.Equal(t, []any{map[string]any{
		"namespaceSelector": map[string]any{"matchLabels": map[string]any{"kubernetes.io/metadata.name": "sso"}},
		"podSelector":       map[string]any{"matchLabels": map[string]any{"app": "proxy"}},
	}}, from)
}

func TestSetupRunsAgainWhenItsContentChanges(t *testing.T) {
	job := func(change func(*Args)) kubetest.Resource {
		g := graph(t, change)
		j := g.Get(t, "kubernetes:batch/v1:Job", "logs-setup")
		assert.Equal(t, j.At("spec.template"), g.Get(t, "kubernetes:batch/v1:CronJob", "logs-setup").At("spec.jobTemplate.spec.template"))
		assert.Equal(t, j.At("metadata.name"), g.Get(t, "kubernetes:core/v1:ConfigMap", "logs-setup").At("metadata.name"))
		return j
	}
	first := job(same)
	assert.True(t, first.DependsOn("Elasticsearch logs"))
	assert.Equal(t, "logs-user-logs-setup", first.At("spec.template.spec.volumes.1.secret.secretName"), "not the user who may do everything")
	assert.Equal(t, first.At("metadata.name"), job(same).At("metadata.name"))
	for name, change := range map[string]func(*Args){
		"retention": func(a *Args) { a.Prefixes = []Prefix{{"internal", 31}, a.Prefixes[1]} },
		"prefix":    func(a *Args) { a.Prefixes = a.Prefixes[:1] },
		"copies":    func(a *Args) { a.NodeSets[0].Count = 1 },
	} {
		assert.NotEqual(t, first.At("metadata.name"), job(change).At("metadata.name"), name)
	}
	assert.Equal(t, first.At("metadata.name"), job(func(a *Args) { a.NodeSets[0].DiskGiB = 60 }).At("metadata.name"))
}

func TestExporter(t *testing.T) {
	g := graph(t, same)
	d := g.Get(t, "kubernetes:apps/v1:Deployment", "logs-exporter")
	c := d.At("spec.template.spec.containers.0").(map[string]any)
	assert.Equal(t, pins.ElasticsearchExporter, c["image"])
	assert.Contains(t, c["args"], "--es.uri=https://logs-es-http.store.svc:9200")
	assert.Contains(t, c["args"], "--es.ca=/ca/ca.crt")
	assert.Equal(t, map[string]any{"name": "logs-user-exporter", "key": "password"},
		c["env"].([]any)[1].(map[string]any)["valueFrom"].(map[string]any)["secretKeyRef"])
	assert.Equal(t, "watch", g.Get(t, policyType, "logs-logs-exporter").At(`spec.ingress.0.from.0.namespaceSelector.matchLabels.kubernetes\.io/metadata\.name`))
}

func TestOnlyNamedClientsReachElasticsearch(t *testing.T) {
	g := graph(t, same)
	p := g.Get(t, policyType, "logs-logs-elasticsearch")
	assert.Len(t, p.At("spec.ingress.0.from"), 7, "its own pods, the operator's, collectors' and searchers' namespaces")
	assert.Equal(t, 9200.0, p.At("spec.ingress.0.ports.0.port"))
	assert.Equal(t, 9300.0, p.At("spec.ingress.1.ports.0.port"))
	assert.Len(t, p.At("spec.ingress.1.from"), 1)
	assert.Nil(t, g.Get(t, policyType, "logs-logs-setup").At("spec.ingress"))
}
