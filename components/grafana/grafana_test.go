package grafana_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/components/grafana"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
)

const (
	configMap = "kubernetes:core/v1:ConfigMap"
	secret    = "kubernetes:core/v1:Secret"
	chart     = "test:index:Chart" // stands for the release that takes the values
)

// hidden is a secret.
func hidden(text string) pulumi.StringOutput {
	return pulumi.ToSecret(pulumi.String(text)).(pulumi.StringOutput)
}

func run(t *testing.T, sources ...grafana.Source) *kubetest.Graph {
	t.Helper()
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		c, err := grafana.New(ctx, "grafana", grafana.Args{Namespace: pulumi.String("monitoring"), Sources: sources})
		require.NoError(t, err)
		return ctx.RegisterResource(chart, "chart", c.Values, &struct{ pulumi.CustomResourceState }{}, pulumi.DependsOn(c.Before))
	})
}

// TestDashboardsAreFound: Grafana's sidecar takes ConfigMaps with the label, and files them by the
// annotation. An object of Kubernetes holds at most 1 MiB.
func TestDashboardsAreFound(t *testing.T) {
	all, err := grafana.Dashboards()
	require.NoError(t, err)
	require.NotEmpty(t, all)
	g := run(t)
	for _, d := range all {
		var content struct{ UID string }
		require.NoError(t, json.Unmarshal([]byte(d.JSON), &content))
		assert.Equal(t, d.UID, content.UID, "a file is named after its dashboard")
		assert.Less(t, len(d.JSON), 1<<20, d.UID)
		object := g.Get(t, configMap, "grafana-dashboard-"+d.UID)
		assert.Equal(t, "monitoring", object.At("metadata.namespace"))
		assert.Equal(t, "1", object.At("metadata.labels.grafana_dashboard"))
		assert.Equal(t, "Platform", object.At("metadata.annotations.grafana_folder"))
		assert.Equal(t, map[string]any{d.UID + ".json": d.JSON}, object.At("data"))
	}
	values := g.Get(t, chart, "chart")
	assert.Equal(t, "ALL", values.At("sidecar.dashboards.searchNamespace"))
	assert.Equal(t, "grafana_folder", values.At("sidecar.dashboards.folderAnnotation"))
	assert.Equal(t, true, values.At("sidecar.dashboards.provider.foldersFromFilesStructure"))
	assert.Equal(t, "prometheus", values.At("sidecar.datasources.uid"))
	assert.Nil(t, values.At("envFromSecrets"), "nothing to hide")
}

// TestReadsNoSecrets: what collects dashboards from every namespace must not read the Secrets there.
func TestReadsNoSecrets(t *testing.T) {
	g := run(t)
	role := g.Get(t, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "grafana-role")
	assert.Equal(t, []any{map[string]any{"apiGroups": []any{""}, "resources": []any{"configmaps"}, "verbs": []any{"get", "list", "watch"}}}, role.At("rules"))
	binding := g.Get(t, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", "grafana-binding")
	assert.Equal(t, role.At("metadata.name"), binding.At("roleRef.name"))
	values := g.Get(t, chart, "chart")
	assert.Equal(t, false, values.At("rbac.create"), "the chart's own role reads every Secret")
	assert.Equal(t, []any{map[string]any{"kind": "ServiceAccount", "name": values.At("serviceAccount.name"), "namespace": "monitoring"}}, binding.At("subjects"))
	for _, sidecar := range []string{"dashboards", "datasources"} {
		assert.Equal(t, "configmap", values.At("sidecar."+sidecar+".resource"))
	}
	assert.True(t, values.DependsOn("grafana-binding"), "without it they find nothing")
}

// TestPasswordsStayInTheirSecret: values name variables only, and the CA, which is public.
func TestPasswordsStayInTheirSecret(t *testing.T) {
	g := run(t,
		grafana.Logs(grafana.Elasticsearch{URL: "https://logs:9200", User: "viewer", Password: hidden("one"), CA: pulumi.String("CA-1"), Index: "internal-*"}),
		grafana.Database(grafana.Postgres{
			Cluster: "team-pg", Database: "sales", Version: "16", Address: "team-pg.sql.svc:5432", User: "grafana",
			Password: hidden("two"), CA: pulumi.String("CA-2"),
		}))
	passwords := g.Get(t, secret, "grafana-sources")
	assert.Equal(t, map[string]any{"SOURCE_LOGS_PASSWORD": "one", "SOURCE_POSTGRES_TEAM_PG_SALES_PASSWORD": "two"}, passwords.At("stringData"))
	for key := range passwords.At("stringData").(map[string]any) {
		assert.True(t, passwords.Secret("stringData."+key))
	}
	values := g.Get(t, chart, "chart")
	assert.Equal(t, []any{map[string]any{"name": passwords.At("metadata.name")}}, values.At("envFromSecrets"))
	assert.True(t, values.DependsOn("grafana-sources"), "the pod does not start without its environment")
	text, err := json.Marshal(values.Values())
	require.NoError(t, err)
	assert.False(t, resource.NewProperty(values.Inputs).ContainsSecrets())
	assert.False(t, strings.Contains(string(text), `"one"`) || strings.Contains(string(text), `"two"`))

	logs := values.At("additionalDataSources.0").(map[string]any)
	assert.Equal(t, map[string]any{"basicAuthPassword": "$SOURCE_LOGS_PASSWORD", "tlsCACert": "CA-1"}, logs["secureJsonData"])
	assert.Equal(t, true, logs["jsonData"].(map[string]any)["tlsAuthWithCACert"])
	database := values.At("additionalDataSources.1").(map[string]any)
	assert.Equal(t, "postgres-team-pg-sales", database["uid"])
	assert.Equal(t, map[string]any{"password": "$SOURCE_POSTGRES_TEAM_PG_SALES_PASSWORD", "tlsCACert": "CA-2"}, database["secureJsonData"])
	json := database["jsonData"].(map[string]any)
	assert.Equal(t, "verify-full", json["sslmode"])
	assert.EqualValues(t, 1600, json["postgresVersion"])
}
