package gitlabrunner

import (
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

func graph(t *testing.T, profile Profile) *kubetest.Graph {
	t.Helper()
	hidden := pulumi.ToSecret(pulumi.String("hidden")).(pulumi.StringOutput)
	a := Args{
		Charts: kube.Charts{Mirror: kubetest.Mirror(t)}, Namespace: pulumi.String("ci"), NamespaceName: "ci", Scraper: "watchers",
		GitLab: "gitlab.example.test", CA: pulumi.String("PEM"), Token: hidden, Registry: hidden, Concurrent: 3, Profile: profile,
		Mail: Mail{"relay.post.svc", 587},
	}
	if profile == Full {
		a.Node, a.Home = "n9", &Home{Class: "shared", GiB: 7}
	}
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		_, err := New(ctx, "runner", a)
		return err
	})
}

// executor reads the manager's configuration as the manager does.
func executor(t *testing.T, r kubetest.Resource) map[string]any {
	t.Helper()
	var file struct {
		Runners []struct {
			Executor    string
			Environment []string
			Kubernetes  map[string]any
		}
	}
	text := r.At("values.runners.config").(string)
	assert.NotContains(t, text, "{{", "the chart renders it once more")
	_, err := toml.Decode(text, &file)
	require.NoError(t, err, text)
	require.Len(t, file.Runners, 1)
	require.Equal(t, "kubernetes", file.Runners[0].Executor)
	require.Equal(t, []string{"SMTP_HOST=relay.post.svc", "SMTP_PORT=587"}, file.Runners[0].Environment)
	return file.Runners[0].Kubernetes
}

func TestFull(t *testing.T) {
	g := graph(t, Full)
	r := g.Release(t, "runner")
	require.Equal(t, pins.GitLabRunner.Version, r.At("version"))
	assert.Equal(t, "https://gitlab.example.test/", r.At("values.gitlabUrl"))
	assert.Equal(t, FullAccess, r.At("values.serviceAccount.name"))
	assert.Equal(t, "n9", r.At(`values.nodeSelector.kubernetes\.io/hostname`))
	k := executor(t, r)
	assert.Equal(t, true, k["privileged"])
	assert.Equal(t, FullAccess, k["service_account"])
	assert.Equal(t, map[string]any{"kubernetes.io/hostname": "n9"}, k["node_selector"])
	volumes := k["volumes"].(map[string]any)
	assert.Equal(t, "runner-home", volumes["pvc"].([]map[string]any)[0]["name"])
	names := []any{}
	for _, s := range volumes["secret"].([]map[string]any) {
		names = append(names, s["name"])
	}
	assert.Equal(t, []any{"docker-config", "home-certificates"}, names)
	for _, before := range []string{"runner-runner-token", "runner-docker-config", "runner-home-certificates", "runner-home", "runner-binding"} {
		assert.True(t, r.DependsOn(before), before)
	}
	assert.True(t, g.Get(t, "kubernetes:core/v1:PersistentVolumeClaim", "runner-home").Protect)
}

func TestSecrets(t *testing.T) {
	g := graph(t, Full)
	token := g.Get(t, "kubernetes:core/v1:Secret", "runner-runner-token")
	assert.True(t, token.Secret("stringData.runner-token"))
	assert.Equal(t, "", token.At("stringData.runner-registration-token"), "the pod mounts both keys")
	assert.Equal(t, "kubernetes.io/dockerconfigjson", g.Get(t, "kubernetes:core/v1:Secret", "runner-docker-config").At("type"))
	assert.Equal(t, "PEM", g.Get(t, "kubernetes:core/v1:Secret", "runner-home-certificates").At(`stringData.gitlab\.example\.test\.crt`))
}

func TestFullAccessIsAllButThis(t *testing.T) {
	g := graph(t, Full)
	role := g.Get(t, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "runner-role")
	assert.Equal(t, "full-access", role.At("metadata.name"))
	require.Len(t, role.At("rules"), 1)
	for _, verb := range []string{"*", "bind", "escalate", "impersonate"} {
		assert.NotContains(t, role.At("rules.0.verbs"), verb)
	}
	assert.Nil(t, role.At("rules.0.nonResourceURLs"))
	binding := g.Get(t, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", "runner-binding")
	assert.Equal(t, "full-access", binding.At("roleRef.name"))
	assert.Equal(t, []any{map[string]any{"kind": "ServiceAccount", "name": FullAccess, "namespace": "ci"}}, binding.At("subjects"))
}

func TestBuilder(t *testing.T) {
	g := graph(t, Builder)
	k := executor(t, g.Release(t, "runner"))
	assert.Equal(t, false, k["privileged"])
	assert.Equal(t, false, k["allow_privilege_escalation"])
	assert.Equal(t, false, k["automount_service_account_token"])
	assert.Equal(t, []any{"ALL"}, k["cap_drop"])
	assert.Equal(t, "builder", k["service_account"])
	assert.NotContains(t, k["volumes"], "pvc", "what one job leaves behind no other finds")
	for _, r := range g.All {
		assert.NotContains(t, r.Type, ":Cluster", "nothing beyond its namespace")
	}
	binding := g.Get(t, "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "runner-binding")
	assert.Equal(t, "runner", binding.At("subjects.0.name"), "the manager, not the jobs")
	account := g.Get(t, "kubernetes:core/v1:ServiceAccount", "runner-builder-account")
	assert.Equal(t, false, account.At("automountServiceAccountToken"))
}
