package vaultcontent_test

import (
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/components/vaultcontent"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
)

func TestPolicyIsHCL(t *testing.T) {
	p := vaultcontent.Policy{Name: "apps", Rules: []vaultcontent.Rule{
		{Path: "kv/data/apps/*", Capabilities: []string{"read", "update"}}, {Path: "sys/seal", Capabilities: []string{"deny"}}}}
	assert.Equal(t, `path "kv/data/apps/*" {
  capabilities = ["read", "update"]
}
path "sys/seal" {
  capabilities = ["deny"]
}
`, p.HCL())
}

func TestContentOfAVaultInTheCluster(t *testing.T) {
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		open, err := kubetest.Any(ctx, "open")
		require.NoError(t, err)
		_, err = vaultcontent.New(ctx, "content", vaultcontent.Args{
			Address: "https://vault.example.test", AuditFile: "/vault/audit/audit.log", Audience: "vault",
			Token:   pulumi.ToSecret(pulumi.String("hvs.x")).(pulumi.StringOutput),
			Roles:   []vaultcontent.Role{{Name: "gnn", Namespace: "ml", ServiceAccounts: []string{"trainer"}, Policies: []string{"p"}, TTL: time.Hour}},
			Secrets: map[string]map[string]pulumi.StringInput{"s3/gnn": {"secret-key": pulumi.String("k")}},
			Ready:   []pulumi.Resource{open},
		})
		return err
	})
	audit := g.Get(t, "vault:index/audit:Audit", "content-audit")
	assert.True(t, audit.DependsOn("open"), "nothing is declared in a Vault that is not reachable")
	secret := g.Get(t, "vault:generic/secret:Secret", "content-secret-s3/gnn")
	assert.Equal(t, "kv/platform/s3/gnn", secret.At("path"))
	assert.Equal(t, true, secret.At("disableRead"))
	assert.Equal(t, true, secret.At("deleteAllVersions"), "the program's token deletes the whole secret or nothing")
	assert.True(t, secret.DependsOn("content-engine"))
	conf := g.Get(t, "vault:kubernetes/authBackendConfig:AuthBackendConfig", "content-login")
	assert.Equal(t, false, conf.At("disableLocalCaJwt"), "in the cluster Vault asks with its own token")
	assert.Equal(t, "https://kubernetes.default.svc:443", conf.At("kubernetesHost"))
	role := g.Get(t, "vault:kubernetes/authBackendRole:AuthBackendRole", "content-role-gnn")
	assert.Equal(t, "vault", role.At("audience"))
	assert.Equal(t, 3600.0, role.At("tokenTtl"))
	assert.True(t, role.DependsOn("content-login"))
}
