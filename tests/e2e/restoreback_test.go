package e2e_test

import (
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func (r *restoration) restoreState(t *testing.T) {
	export := func() string {
		cmd := exec.Command(filepath.Join(r.root, "bin", "pulumi"), "stack", "export", "--stack", "sandbox")
		cmd.Dir = r.sb.Project()
		for name, value := range r.sb.Env() {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		out, err := cmd.Output()
		require.NoError(t, err)
		return string(out)
	}
	before := export()
	r.page.cut(t, r.file("state.json"), func() {
		out, err := r.page.run(t, "Bring the state back", 0)
		require.Error(t, err)
		require.Contains(t, out, "unexpected EOF")
		require.Equal(t, before, export(), "a damaged export changes nothing")
	})
	r.page.ok(t, "Bring the state back")
	r.ok("refresh", "-s", "sandbox", "--expect-no-changes")
}

func (r *restoration) restoreEtcd(t *testing.T) {
	r.page.cut(t, r.file("etcd.db"), func() {
		out, err := r.page.run(t, "Bring etcd back", 0)
		require.Error(t, err)
		require.Contains(t, out, "hash")
		require.NoDirExists(t, filepath.Join(r.sb.Dir(), "etcd", "member"))
	})
	r.page.ok(t, "Bring etcd back")
	out, err := r.page.run(t, "Bring etcd back", 0)
	require.Error(t, err)
	require.Contains(t, out, "not empty", "what is there is not overwritten")
	// The sandbox, too, refuses to make new key shares over old ones; everything else of it runs.
	require.Contains(t, r.run("sandbox", "start").out, "is not overwritten")
	r.kubectl("-n", "default", "get", "configmap", fromHand)
	require.NotZero(t, r.kubectlCode("-n", "monitoring", "get", "volumesnapshot", "before-upgrade"), "it came after the snapshot")
}

func (r *restoration) restoreVault(t *testing.T) {
	v := newVaultClient(r.site)
	r.page.cut(t, r.file("vault.snap"), func() {
		out, err := r.page.run(t, "Bring Vault back", 0)
		require.Error(t, err)
		require.Contains(t, out, "snapshot")
		code, body := v.call(t, "", http.MethodGet, "sys/health", nil)
		require.Equal(t, http.StatusOK, code, body)
	})
	out := r.page.ok(t, "Bring Vault back")
	require.Contains(t, out, "is initialised already", "the block goes on where it stopped")
	code, body := v.call(t, r.trainer(t, v), http.MethodGet, wroteByHand, nil)
	require.Equal(t, http.StatusOK, code, body)
	require.Contains(t, body, "0.93")
	code, body = v.call(t, v.login(t, "gnn", v.jwt(t, v.cluster(), "ml", "trainer", "vault")), http.MethodGet, "kv/data/platform/s3/gnn", nil)
	require.Equal(t, http.StatusOK, code, body)
	require.NoFileExists(t, r.file("new.json"))
	r.ok("sandbox", "start")
}

func (r *restoration) restoreKeycloak(t *testing.T) {
	at, err := r.sb.Endpoints()
	require.NoError(t, err)
	k := &realm{t: t, at: at.Identity}
	r.page.cut(t, r.file("keycloak.json"), func() {
		out, err := r.page.run(t, "Bring Keycloak back", 0)
		require.Error(t, err, out)
		page, err := k.http().Get(issuer)
		require.NoError(t, err)
		require.NoError(t, page.Body.Close())
		require.Equal(t, http.StatusNotFound, page.StatusCode, "half a realm")
	})
	r.page.ok(t, "Bring Keycloak back")
	out, err := r.page.run(t, "Bring Keycloak back", 0)
	require.Error(t, err)
	require.Contains(t, out, "Realm streamforge already exists")
	for id, want := range map[string]struct{ role, asAdmin string }{
		"grafana": {"admin", "GrafanaAdmin"}, "argocd": {"admin", "role:admin"}, "kibana": {"user", "let in"},
	} {
		c := r.systems[id]
		require.Equal(t, want.asAdmin, c.role(k.claims(c, r.ada, "platform-admins", want.role)), id)
	}
}

func (r *restoration) whole(t *testing.T) {
	r.ok("refresh", "-s", "sandbox", "--expect-no-changes")
	require.Contains(t, r.ok("up", "-s", "sandbox", "--yes"), "sandbox: no changes")
	require.Len(t, r.machines(), 9)
}
