package mailrelay

import (
	"fmt"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func graph(t *testing.T, edit func(*Args)) *kubetest.Graph {
	t.Helper()
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		class, err := kubetest.Any(ctx, "class")
		require.NoError(t, err)
		a := Args{
			Charts: charts, Namespace: pulumi.String("post"), Hostname: "relay.example.test",
			SmartHost: SmartHost{Host: "smtp.example.org", Port: 587},
			Senders:   []string{"example.test", "example.org"}, Networks: []string{"192.0.2.0/24"}, Clients: []string{"alerts"}, Scraper: "watchers",
			StorageClass: "fast", DiskGiB: 2, MessageMiB: 10, Ready: []pulumi.Resource{class},
		}
		if edit != nil {
			edit(&a)
		}
		r, err := New(ctx, "relay", "post", a)
		require.Equal(t, "relay.post.svc", r.Host)
		return err
	})
}

func TestRelease(t *testing.T) {
	r := graph(t, nil).Release(t, "relay")
	assert.Equal(t, pins.Mail.Version, r.At("version"))
	assert.Equal(t, false, r.At("values.recreateOnRedeploy"), "it would change the pods in every run")
	assert.Equal(t, "[smtp.example.org]:587", r.At("values.config.general.RELAYHOST"))
	assert.Equal(t, "example.test example.org", r.At("values.config.general.ALLOWED_SENDER_DOMAINS"))
	assert.Equal(t, "secure", r.At("values.config.postfix.smtp_tls_security_level"))
	assert.Equal(t, "192.0.2.0/24", r.At("values.config.postfix.mynetworks"))
	assert.Equal(t, "10485760", r.At("values.config.postfix.message_size_limit"))
	assert.Equal(t, "2Gi", r.At("values.persistence.size"))
	assert.Equal(t, "/etc/ssl/certs/ca-certificates.crt", r.At("values.config.postfix.smtp_tls_CAfile"))
	assert.Nil(t, r.At("values.extraVolumes"))
	assert.Equal(t, 1800.0, r.At("timeout"), "it is rolled back no sooner than its volume can be made")
	assert.Nil(t, r.At("values.existingSecret"))
	assert.Nil(t, r.At("values.metrics"))
	assert.True(t, r.DependsOn("class") && r.DependsOn("relay"))
}

func TestLoginAndMetrics(t *testing.T) {
	g := graph(t, func(a *Args) {
		a.SmartHost.User, a.SmartHost.Password = "someone", pulumi.ToSecret(pulumi.String("pw")).(pulumi.StringOutput)
		a.ExporterTag = "v1"
	})
	r := g.Release(t, "relay")
	assert.Equal(t, "someone", r.At("values.config.general.RELAYHOST_USERNAME"))
	assert.Equal(t, "relay-login", r.At("values.existingSecret"))
	assert.Equal(t, "v1", r.At("values.metrics.image.tag"))
	assert.Equal(t, true, r.At("values.metrics.serviceMonitor.enabled"))
	scraped := g.Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "relay").At("spec.ingress.1").(map[string]any)
	assert.Len(t, scraped["from"], 1, "its metrics are not for everybody")
	secret := g.Get(t, "kubernetes:core/v1:Secret", "relay-login")
	assert.Equal(t, "pw", secret.At("stringData.RELAYHOST_PASSWORD"))
	assert.True(t, secret.Secret("stringData"))
}

// TestSmartHostOfAnAuthorityOfItsOwn: one inside has no certificate that the image's authorities verify.
func TestSmartHostOfAnAuthorityOfItsOwn(t *testing.T) {
	g := graph(t, func(a *Args) { a.SmartHost.CA = "PEM" })
	r := g.Release(t, "relay")
	ca := g.Get(t, "kubernetes:core/v1:ConfigMap", "relay-ca")
	assert.Equal(t, "PEM", ca.At(`data.ca\.crt`))
	assert.Equal(t, ca.At("metadata.name"), r.At("values.extraVolumes.0.configMap.name"))
	assert.Equal(t, r.At("values.extraVolumes.0.name"), r.At("values.extraVolumeMounts.0.name"))
	assert.Equal(t, fmt.Sprintf("%s/ca.crt", r.At("values.extraVolumeMounts.0.mountPath")), r.At("values.config.postfix.smtp_tls_CAfile"))
	assert.Equal(t, "secure", r.At("values.config.postfix.smtp_tls_security_level"))
	assert.True(t, r.DependsOn("relay-ca"))
}

func TestOnlyClientsReachTheRelay(t *testing.T) {
	policy := func(edit func(*Args)) kubetest.Resource {
		return graph(t, edit).Get(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "relay")
	}
	one := policy(nil)
	assert.Len(t, one.At("spec.ingress"), 1)
	assert.Equal(t, "alerts", one.At(`spec.ingress.0.from.0.namespaceSelector.matchLabels.kubernetes\.io/metadata\.name`))
	assert.Nil(t, policy(func(a *Args) { a.Clients = nil }).At("spec.ingress"), "nobody, not everybody")
}
