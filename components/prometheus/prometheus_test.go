package prometheus_test

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/components/prometheus"
	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
)

func graph(t *testing.T) *kubetest.Graph {
	t.Helper()
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		one := func(name string) []pulumi.Resource {
			r, err := kubetest.Any(ctx, name)
			require.NoError(t, err)
			return []pulumi.Resource{r}
		}
		p, err := prometheus.New(ctx, "prometheus", prometheus.Args{
			Charts: kube.Charts{Mirror: kubetest.Mirror(t)}, Namespace: pulumi.String("watch"), StorageClass: "fast", WebFrom: "edge",
			Prometheus: prometheus.Server{URL: "https://p.test", DiskGiB: 20, RetentionDays: 30, MemoryMiB: 4096, CPUMillis: 500},
			Grafana: prometheus.Grafana{
				URL: "https://g.test", DiskGiB: 1, Before: one("sources"),
				Content: pulumi.Map{"additionalDataSources": pulumi.Array{pulumi.Map{"name": pulumi.String("logs")}}},
			},
			Alertmanager: prometheus.Alertmanager{DiskGiB: 2, Mounts: []string{"token"}, Before: one("receivers")},
			Etcd:         pulumi.ToStringArray([]string{"192.0.2.41", "192.0.2.42"}),
			Definitions:  one("kinds"), Storage: one("class"), Certificates: one("issuer"),
		})
		if err == nil {
			require.Len(t, p.Ready, 1)
		}
		return err
	})
}

func TestServers(t *testing.T) {
	g := graph(t)
	r := g.Release(t, prometheus.Release)
	assert.Equal(t, true, r.At("skipCrds"))
	assert.Equal(t, 1800.0, r.At("timeout"), "it is rolled back no sooner than its volumes can be made")
	for _, before := range []string{"sources", "receivers", "kinds", "class", "issuer", "grafana-admin", "monitoring-prometheus"} {
		assert.True(t, r.DependsOn(before), before)
	}
	spec := func(path string) any { return r.At("values.prometheus.prometheusSpec." + path) }
	assert.Equal(t, "https://p.test", spec("externalUrl"))
	assert.Equal(t, "30d", spec("retention"))
	assert.Equal(t, "17408MB", spec("retentionSize"), "85% of the disk: a full one stops Prometheus")
	assert.Equal(t, "20Gi", spec("storageSpec.volumeClaimTemplate.spec.resources.requests.storage"))
	assert.Equal(t, "fast", spec("storageSpec.volumeClaimTemplate.spec.storageClassName"))
	for _, kind := range []string{"serviceMonitor", "podMonitor", "probe", "rule", "scrapeConfig"} {
		assert.Equal(t, false, spec(kind+"SelectorNilUsesHelmValues"), "%s of every layer", kind)
	}
	assert.Equal(t, []any{"192.0.2.41", "192.0.2.42"}, r.At("values.kubeEtcd.endpoints"))
	assert.Equal(t, true, r.At("values.kubelet.serviceMonitor.cAdvisor"))
	alerts := r.At("values.alertmanager.alertmanagerSpec").(map[string]any)
	assert.Equal(t, true, alerts["useExistingSecret"])
	assert.Equal(t, prometheus.AlertmanagerConfig, alerts["configSecret"])
	assert.Equal(t, []any{"token"}, alerts["secrets"])
	assert.Equal(t, "Ignore", r.At("values.prometheusOperator.admissionWebhooks.failurePolicy"))
	assert.Equal(t, true, r.At("values.prometheusOperator.admissionWebhooks.certManager.enabled"))
	assert.Equal(t, false, r.At("values.prometheusOperator.admissionWebhooks.patch.enabled"))
}

func TestGrafana(t *testing.T) {
	g := graph(t)
	r := g.Release(t, prometheus.Release)
	console := func(path string) any { return r.At("values.grafana." + path) }
	assert.Equal(t, "Recreate", console("deploymentStrategy.type"), "its volume has one place")
	assert.Equal(t, "1Gi", console("persistence.size"))
	assert.Equal(t, "fast", console("persistence.storageClassName"))
	assert.Equal(t, "https://g.test", console("env.GF_SERVER_ROOT_URL"))
	assert.Equal(t, "logs", console("additionalDataSources.0.name"))
	admin := g.Get(t, "kubernetes:core/v1:Secret", "grafana-admin")
	assert.Equal(t, admin.At("metadata.name"), console("admin.existingSecret"))
	assert.Equal(t, prometheus.AdminUser, admin.At("stringData."+console("admin.userKey").(string)))
	assert.True(t, admin.Secret("stringData."+console("admin.passwordKey").(string)))
	assert.False(t, resource.NewProperty(r.Inputs).ContainsSecrets(), "Helm keeps values where many may look")
}

// TestNobodyElseReachesTheServers: neither Prometheus nor Alertmanager asks for a login.
func TestNobodyElseReachesTheServers(t *testing.T) {
	g := graph(t)
	for name, web := range map[string]any{"prometheus": 9090.0, "grafana": 3000.0, "alertmanager": nil} {
		p := g.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "monitoring-"+name)
		assert.Equal(t, name, p.At("spec.podSelector.matchLabels").(map[string]any)["app.kubernetes.io/name"])
		rules := p.At("spec.ingress").([]any)
		text, err := json.Marshal(rules[0])
		require.NoError(t, err)
		assert.JSONEq(t, `{"from": [{"podSelector": {}}]}`, string(text), "its own namespace")
		if web == nil {
			assert.Len(t, rules, 1, "%s is not for people", name)
			continue
		}
		require.Len(t, rules, 2)
		assert.Equal(t, web, p.At("spec.ingress.1.ports.0.port"))
		assert.Equal(t, "edge", p.At("spec.ingress.1.from.0.namespaceSelector.matchLabels").(map[string]any)["kubernetes.io/metadata.name"])
	}
}
