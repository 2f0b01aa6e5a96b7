package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGitOpsRefusals(t *testing.T) { refuse(t, gitopsRefusals) }

var gitopsRefusals = map[string]refusal{
	"gitlab": {edits{"gitops.gitlab.host": "https://gitlab", "gitops.gitlab.ca": "hello"}, []string{
		`gitops.gitlab.host: must be a lower-case DNS name of at least two labels, got "https://gitlab"`,
		"gitops.gitlab.ca: must be a certificate in PEM: no block CERTIFICATE"}},
	"runner sizes": {edits{"gitops.runner.homeGiB": 0, "gitops.runner.concurrent": 0, "gitops.runner.kaniko": map[string]any{"concurrent": 101}}, []string{
		"gitops.runner.homeGiB: must be 1 to 4096 GiB, got 0",
		"gitops.runner.concurrent: must be 1 to 100 jobs, got 0",
		"gitops.runner.kaniko.concurrent: must be 1 to 100 jobs, got 101"}},
	"runner on no machine": {edits{"gitops.runner.node": "K2W"}, []string{
		`gitops.runner.node: must be the name of a machine, got "K2W"`}},
	"runner on the control plane": {edits{"gitops.runner.node": "k2m-1"}, []string{
		`gitops.runner.node: "k2m-1" is not a machine of a worker pool of compute.pools`}},
	"repository": {edits{"gitops.argocd.repository": "infra/iac_kubeadm", "gitops.argocd.revision": "-x", "gitops.argocd.path": "../apps",
		"gitops.argocd.username": "a:b"}, []string{
		`gitops.argocd.repository: must be a path that ends in .git, which Argo CD is not led on to, such as infra/iac_kubeadm.git, got "infra/iac_kubeadm"`,
		`gitops.argocd.revision: must be the name of a branch, got "-x"`,
		`gitops.argocd.path: must be a folder of the repository, got "../apps"`,
		`gitops.argocd.username: must not hold spaces, colons, slashes or @, got "a:b"`}},
	"no place for services": {edits{"gitops.argocd.namespaces": []any{}}, []string{
		"gitops.argocd.namespaces: must name at least one: services need a place"}},
	"places for services": {edits{"gitops.argocd.namespaces": []any{"services", "Services", "services", "kafka"}}, []string{
		`gitops.argocd.namespaces[1]: must be the name of a namespace, got "Services"`,
		"gitops.argocd.namespaces[2]: services is already used by gitops.argocd.namespaces[0]",
		"gitops.argocd.namespaces[3]: kafka is the platform's own: Argo CD and this program would fight over what is in it"}},
}

func TestGitOpsSecrets(t *testing.T) {
	login := `{"auths":{"registry.example.test":{"auth":"Y2k6eHg="}}}`
	good := map[string]string{
		"telegramToken": "1234567890:" + strings.Repeat("aB_-9", 7), "runnerToken": "glrt-" + strings.Repeat("r", 20),
		"repositoryToken": "glpat-" + strings.Repeat("t", 20), "registryLogin": login,
	}
	done := edits{"handover.cluster": true}
	kaniko := edits{"handover.cluster": true, "gitops.runner.kaniko": map[string]any{"concurrent": 1}}
	for name, c := range map[string]struct {
		change     edits
		key, value string
		want       string
	}{
		"before the handover": {nil, "runnerToken", "", ""},
		"no runner token": {done, "runnerToken", "", "runnerToken: missing; create an instance or group runner in GitLab, Runners, New, " +
			"with its branches protected (docs/runner.md) and run `pulumi config set --secret runnerToken -s homelab`"},
		"a registration token": {done, "runnerToken", "GR1348941hunter2hunter2", "runnerToken: must be glrt-..."},
		"no login": {done, "registryLogin", "", "registryLogin: missing; create a deploy token with write_registry in GitLab (docs/runner.md) " +
			"and run `pulumi config set --secret registryLogin -s homelab`"},
		"a login without auth": {done, "registryLogin", `{"auths":{"hunter2":{}}}`, "registryLogin: must be a config.json of Docker with auths"},
		"no login at all":      {done, "registryLogin", `{"auths":{}}`, "registryLogin: must be a config.json of Docker with auths"},
		"no repository token": {done, "repositoryToken", "", "repositoryToken: missing; create a project access token with read_repository in GitLab " +
			"for gitops.argocd.repository and run `pulumi config set --secret repositoryToken -s homelab`"},
		"a short token": {done, "repositoryToken", "hunter2", "repositoryToken: must be a token of at least 20 characters"},
		"no second token": {kaniko, "kanikoRunnerToken", "", "kanikoRunnerToken: missing; create a second runner in GitLab for gitops.runner.kaniko " +
			"(docs/runner.md) and run `pulumi config set --secret kanikoRunnerToken -s homelab`"},
	} {
		t.Run(name, func(t *testing.T) {
			secrets := map[string]string{}
			for k, v := range good {
				secrets[k] = v
			}
			delete(secrets, c.key)
			if c.value != "" {
				secrets[c.key] = c.value
			}
			err := load(t, "homelab", c.change, secrets)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "  "+c.want+"\n") // the kubeconfig, which is missing too, comes last
			require.ErrorContains(t, err, "refused, 2 problem(s)")
			require.NotContains(t, err.Error(), "hunter2", "a secret is in no message")
		})
	}
}
