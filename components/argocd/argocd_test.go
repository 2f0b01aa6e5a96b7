package argocd

import (
	"strings"
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
	configMap = "kubernetes:core/v1:ConfigMap"
	secretOf  = "kubernetes:core/v1:Secret"
	projectOf = "kubernetes:argoproj.io/v1alpha1:AppProject"
)

func graph(t *testing.T, sso *SSO) *kubetest.Graph {
	t.Helper()
	charts := kube.Charts{Mirror: kubetest.Mirror(t)}
	return kubetest.Run(t, func(ctx *pulumi.Context) error {
		_, err := New(ctx, "argocd", Args{
			Charts: charts, Namespace: pulumi.String("deployer"), Host: "argocd.example.test", SSO: sso,
			Namespaces: []pulumi.StringInput{pulumi.String("services")},
			Repository: Repository{
				URL: "https://git.example.test/a/b.git", Host: "git.example.test", Revision: "main", Path: "apps", Username: "oauth2",
				Token: pulumi.ToSecret(pulumi.String("hidden")).(pulumi.StringOutput), CA: pulumi.String("PEM"),
			},
		})
		return err
	})
}

func TestRelease(t *testing.T) {
	g := graph(t, nil)
	r := g.Release(t, "argocd")
	require.Equal(t, pins.ArgoCD.Version, r.At("version"))
	assert.Equal(t, true, r.At(`values.configs.params.server\.insecure`))
	assert.Equal(t, "PEM", r.At(`values.configs.tls.certificates.git\.example\.test`))
	for _, off := range []string{"configs.cm.create", "configs.secret.createSecret", "redisSecretInit.enabled", "dex.enabled"} {
		assert.Equal(t, false, r.At("values."+off), off)
	}
	for _, part := range []string{"server", "repoServer"} {
		assert.Equal(t, 2.0, r.At("values."+part+".replicas"))
		assert.Equal(t, true, r.At("values."+part+".pdb.enabled"))
	}
	for _, part := range []string{"controller", "server", "repoServer", "applicationSet", "redis"} {
		assert.NotNil(t, r.At("values."+part+".resources.limits.memory"), part)
	}
	for _, before := range []string{"argocd-cm", "argocd-argocd-secret", "argocd-argocd-redis", "argocd-argocd-repo-iac-kubeadm"} {
		assert.True(t, r.DependsOn(before), "%s is there before the server looks", before)
	}
	assert.Equal(t, "", r.At(`values.configs.rbac.policy\.default`), "without SSO nobody but the admin")
}

func TestSecrets(t *testing.T) {
	g := graph(t, nil)
	account := g.Get(t, secretOf, "argocd-argocd-secret")
	hash, _ := account.At(`stringData.admin\.password`).(string)
	assert.True(t, strings.HasPrefix(hash, "$2a$10$"), hash)
	again, _ := graph(t, nil).Get(t, secretOf, "argocd-argocd-secret").At(`stringData.admin\.password`).(string)
	assert.Equal(t, hash, again, "a second run changes nothing")
	repository := g.Get(t, secretOf, "argocd-argocd-repo-iac-kubeadm")
	assert.Equal(t, "repository", repository.At(`metadata.labels.argocd\.argoproj\.io/secret-type`))
	assert.Equal(t, "https://git.example.test/a/b.git", repository.At("stringData.url"))
	assert.True(t, repository.Secret("stringData.password"))
}

func TestSettings(t *testing.T) {
	data := graph(t, nil).Get(t, configMap, "argocd-cm").At("data").(map[string]any)
	assert.Equal(t, "https://argocd.example.test", data["url"])
	assert.NotContains(t, data, "oidc.config")
	var excluded []struct{ Kinds []string }
	require.NoError(t, yaml.Unmarshal([]byte(data["resource.exclusions"].(string)), &excluded))
	for _, e := range excluded {
		assert.NotContains(t, e.Kinds, "CertificateRequest", "why a certificate is not issued has to be seen")
	}
}

func TestSSO(t *testing.T) {
	g := graph(t, &SSO{
		Name: "Example", Issuer: "https://id.example.test/realms/a", LogoutURL: "https://id.example.test/out?token={{token}}",
		ClientID: "argocd", Scopes: []string{"openid", "email"}, GroupsClaim: "teams",
		Admins: []string{"chiefs", "owners"}, Readers: []string{"guests"},
		ClientSecret: pulumi.ToSecret(pulumi.String("hidden")).(pulumi.StringOutput), CA: pulumi.String("line 1\nline 2\n"),
	})
	var oidc map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(g.Get(t, configMap, "argocd-cm").At(`data.oidc\.config`).(string)), &oidc))
	assert.Equal(t, "line 1\nline 2\n", oidc["rootCA"])
	assert.Equal(t, "$"+ssoKey, oidc["clientSecret"])
	assert.Equal(t, []any{"openid", "email"}, oidc["requestedScopes"])
	assert.Equal(t, "https://id.example.test/out?token={{token}}", oidc["logoutURL"])
	assert.True(t, g.Get(t, secretOf, "argocd-argocd-secret").Secret(`stringData.oidc\.sso\.clientSecret`))
	rbac := g.Release(t, "argocd").At("values.configs.rbac").(map[string]any)
	assert.Equal(t, "g, chiefs, role:admin\ng, owners, role:admin\ng, guests, role:readonly\n", rbac["policy.csv"])
	assert.Equal(t, "[teams]", rbac["scopes"])
	assert.Equal(t, "", rbac["policy.default"], "who is in no group sees nothing")
}

func TestProjects(t *testing.T) {
	g := graph(t, nil)
	for _, p := range []string{"default", "root", Project} {
		r := g.Get(t, projectOf, "argocd-project-"+p)
		assert.True(t, r.DependsOn("argocd"))
		assert.Equal(t, []any{}, r.At("spec.clusterResourceWhitelist"), "nothing of the cluster's")
		for _, d := range r.At("spec.destinations").([]any) {
			assert.NotContains(t, d.(map[string]any)["namespace"], "*", p)
		}
		for _, k := range r.At("spec.namespaceResourceWhitelist").([]any) {
			assert.NotContains(t, k.(map[string]any)["kind"], "*", p)
			assert.NotContains(t, k.(map[string]any)["kind"], "Role", p)
		}
	}
	standard := g.Get(t, projectOf, "argocd-project-default")
	assert.Equal(t, []any{}, standard.At("spec.sourceRepos"), "an application that names no project gets nowhere")
	assert.Equal(t, []any{}, standard.At("spec.destinations"))
	assert.Equal(t, "true", standard.At(`metadata.annotations.pulumi\.com/patchForce`), "Argo CD makes one itself")

	root := g.Get(t, "kubernetes:argoproj.io/v1alpha1:Application", "argocd-root")
	assert.True(t, root.DependsOn("AppProject argocd-project-root"))
	assert.Equal(t, "root", root.At("spec.project"))
	assert.Equal(t, "https://git.example.test/a/b.git", root.At("spec.source.repoURL"))
	assert.Equal(t, "deployer", root.At("spec.destination.namespace"))
	only := g.Get(t, projectOf, "argocd-project-root").At("spec.namespaceResourceWhitelist")
	assert.Equal(t, []any{map[string]any{"group": "argoproj.io", "kind": "Application"}}, only, "no project of its own making")
}
