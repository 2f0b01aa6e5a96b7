package fluentbit

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"text/template"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func graph(t *testing.T) *kubetest.Graph {
	t.Helper()
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		ready, err := kubetest.Any(ctx, "users")
		if err != nil {
			return err
		}
		_, err = New(ctx, "fluent-bit", Args{
			Charts: charts, Namespace: pulumi.String("collectors"),
			Prefixes: prefixes, MetricsFrom: "watch", BufferMiB: 2048,
			Elasticsearch: Elasticsearch{
				Host: "logs-es-http.logs.svc", Port: 9200, User: "collector", CA: pulumi.String("CERTIFICATE"),
				Password: pulumi.ToSecret(pulumi.String("pass")).(pulumi.StringOutput), Ready: []pulumi.Resource{ready},
			},
		})
		return err
	})
}

func TestRelease(t *testing.T) {
	g := graph(t)
	r := g.Release(t, "fluent-bit")
	assert.Equal(t, pins.FluentBit.Version, r.At("version"))
	assert.True(t, r.DependsOn("users"), "refused records of the first minutes would be given up")
	assert.Equal(t, []any{map[string]any{"operator": "Exists"}}, r.At("values.tolerations"), "on every node")
	assert.Equal(t, false, r.At("values.testFramework.enabled"))
	assert.Len(t, r.At("values.podAnnotations.streamforge/login"), 10, "a new password starts them anew")
	assert.False(t, r.Secret("values"), "a preview shows what changes")
	for _, m := range r.At("values.daemonSetVolumeMounts").([]any) {
		mount := m.(map[string]any)
		assert.Equal(t, mount["name"] != "state", mount["readOnly"], "writes nothing but its own state: %v", mount)
	}
	assert.Equal(t, map[string]any{"name": "fluent-bit-login", "key": "password"}, r.At("values.env.0.valueFrom.secretKeyRef"))
	assert.True(t, g.Get(t, "kubernetes:core/v1:Secret", "fluent-bit-login").Secret("stringData.password"))
	assert.Equal(t, "CERTIFICATE", g.Get(t, "kubernetes:core/v1:ConfigMap", "fluent-bit-ca").At(`data.ca\.crt`))
	p := g.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "fluent-bit")
	assert.Equal(t, "watch", p.At(`spec.ingress.0.from.0.namespaceSelector.matchLabels.kubernetes\.io/metadata\.name`))
}

// option finds the values of an option of one section, by its plugin.
func option(config, plugin, name string) (values []string) {
	for _, section := range strings.Split(config, "\n[") {
		if !regexp.MustCompile(`(?m)^\s+Name ` + plugin + `$`).MatchString(section) {
			continue
		}
		for _, found := range regexp.MustCompile(`(?m)^\s+`+regexp.QuoteMeta(name)+` (.*)$`).FindAllStringSubmatch(section, -1) {
			values = append(values, found[1])
		}
	}
	return values
}

func TestPipeline(t *testing.T) {
	r := graph(t).Release(t, "fluent-bit")
	text := func(key string) string { return r.At("values.config." + key).(string) }
	for _, c := range []struct{ part, plugin, option, want string }{
		{"inputs", "tail", "DB", "/fluent-bit/state/containers.db"},
		{"inputs", "tail", "storage.type", "filesystem"},
		{"inputs", "tail", "Tag", "kube.*"}, // what the filter reads
		{"inputs", "systemd", "DB", "/fluent-bit/state/journal.db"},
		{"inputs", "systemd", "Tag", "host.*"},
		{"inputs", "systemd", "storage.type", "filesystem"},
		{"filters", "lua", "script", "/fluent-bit/scripts/index.lua"},
		{"filters", "lua", "call", "set_index"},
		{"filters", "lua", "Match", "*"},
		{"filters", "kubernetes", "Merge_Log_Key", "fields"},
		{"outputs", "es", "Match", "*"},
		{"outputs", "es", "Host", "logs-es-http.logs.svc"},
		{"outputs", "es", "HTTP_User", "collector"},
		{"outputs", "es", "HTTP_Passwd", "${ES_PASSWORD}"},
		{"outputs", "es", "tls.verify", "On"},
		{"outputs", "es", "Logstash_Format", "On"},
		{"outputs", "es", "Logstash_Prefix", "platform-unknown"},
		{"outputs", "es", "Logstash_Prefix_Key", "$es_index"},
		{"outputs", "es", "Logstash_DateFormat", "%Y.%m.%d"},
		{"outputs", "es", "Suppress_Type_Name", "On"},
		{"outputs", "es", "Replace_Dots", "On"},
		{"outputs", "es", "Write_Operation", "create"}, // the user may do nothing else
		{"outputs", "es", "Retry_Limit", "60"},
		{"outputs", "es", "storage.total_limit_size", "2048M"},
	} {
		assert.Equal(t, []string{c.want}, option(text(c.part), c.plugin, c.option), "%s %s", c.plugin, c.option)
	}
	assert.Contains(t, text("service"), "storage.path /fluent-bit/state/buffer\n")
	assert.Less(t, strings.Index(text("filters"), "Name lua"), strings.Index(text("filters"), "Name kubernetes"),
		"numbers of parsed messages do not pass through Lua")
	assert.NotContains(t, fmt.Sprint(r.At("values")), "pass ", "the password stays in its Secret")
}

// TestTextsPassTheChart: the chart runs every text through Helm's templates, and Fluent Bit must get
// what we wrote.
func TestTextsPassTheChart(t *testing.T) {
	r := graph(t).Release(t, "fluent-bit")
	texts := map[string]string{
		r.At(`values.luaScripts.index\.lua`).(string): script(prefixes),
		r.At("values.config.outputs").(string):        outputs(Args{Prefixes: prefixes, BufferMiB: 2048, Elasticsearch: Elasticsearch{Host: "logs-es-http.logs.svc", Port: 9200, User: "collector"}}),
		verbatim(`a = {{1}, {{ .Values }}}`):          `a = {{1}, {{ .Values }}}`,
	}
	for sent, want := range texts {
		var got strings.Builder
		parsed, err := template.New("").Parse(sent)
		require.NoError(t, err)
		require.NoError(t, parsed.Execute(&got, nil))
		assert.Equal(t, want, got.String())
	}
}
