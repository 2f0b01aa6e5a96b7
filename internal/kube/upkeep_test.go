package kube_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
)

func upkeep(t *testing.T, change func(*kube.UpkeepArgs)) *kubetest.Graph {
	t.Helper()
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		server, err := kubetest.Any(ctx, "server")
		require.NoError(t, err)
		a := kube.UpkeepArgs{
			App: "zones", Namespace: pulumi.String("dns"), Labels: pulumi.StringMap{"app": pulumi.String("zones")},
			Files: map[string]string{"apply.sh": "true"}, Settings: []string{"image:1"},
			Annotations: pulumi.StringMap{"login": pulumi.String("one")}, Deadline: 60, Minute: 17, Running: []pulumi.Resource{server},
			Pod: func(configMap string) kube.Pod {
				return kube.Pod{Volumes: []kube.Volume{kube.FromConfigMap("files", configMap)}}
			},
		}
		if change != nil {
			change(&a)
		}
		_, err = kube.Upkeep(ctx, "dns-zones", a)
		return err
	})
}

func TestUpkeep(t *testing.T) {
	g := upkeep(t, nil)
	job := g.Get(t, "kubernetes:batch/v1:Job", "dns-zones")
	content := job.At("metadata.name")
	assert.Regexp(t, `^zones-[0-9a-f]{10}$`, content)
	files := g.Get(t, "kubernetes:core/v1:ConfigMap", "dns-zones")
	assert.Equal(t, content, files.At("metadata.name"))
	assert.Equal(t, true, files.At("immutable"))
	assert.Equal(t, content, job.At("spec.template.spec.volumes.0.configMap.name"), "the pod mounts what was made for it")
	assert.Equal(t, "one", job.At("spec.template.metadata.annotations.login"))
	assert.Equal(t, 60.0, job.At("spec.activeDeadlineSeconds"))
	assert.Equal(t, "120", job.At(`metadata.annotations.pulumi\.com/timeoutSeconds`), "the deployment outlasts the run")

	again := g.Get(t, "kubernetes:batch/v1:CronJob", "dns-zones")
	assert.Equal(t, "zones", again.At("metadata.name"))
	assert.Equal(t, "17 * * * *", again.At("spec.schedule"))
	assert.Equal(t, content, again.At("spec.jobTemplate.spec.template.spec.volumes.0.configMap.name"))
	assert.Nil(t, again.At("spec.jobTemplate.spec.template.metadata.annotations"), "what runs a Job anew is no concern of a schedule")
}

func TestUpkeepIsNamedByWhatItDoes(t *testing.T) {
	name := func(change func(*kube.UpkeepArgs)) any {
		return upkeep(t, change).Get(t, "kubernetes:batch/v1:Job", "dns-zones").At("metadata.name")
	}
	before := name(nil)
	assert.NotEqual(t, before, name(func(a *kube.UpkeepArgs) { a.Files["apply.sh"] = "false" }))
	assert.NotEqual(t, before, name(func(a *kube.UpkeepArgs) { a.Settings = []string{"image:2"} }))
	assert.Equal(t, before, name(func(a *kube.UpkeepArgs) { a.Minute, a.Deadline = 3, 5 }))
}
