package e2e_test

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/streamforge/infrastructure/tests/need"
)

// restore saves, loses and restores everything that a sandbox holds, by docs/howto-restore.md. ada
// is an administrator of the platform.
func (s *site) restore(t *testing.T, ada person, systems map[string]system) {
	need.Program(t, "gpg")
	s.t = t
	r := &restoration{site: s, page: newRestorePage(s), ada: ada, systems: systems}
	r.fill(t)
	for _, step := range []struct {
		name string
		do   func(*testing.T)
	}{
		{"what runs is saved", r.save},
		{"without its state the program does no harm", r.withoutState},
		{"the state comes back", r.restoreState},
		{"everything is packed and lost", r.pack},
		{"etcd comes back", r.restoreEtcd},
		{"Vault comes back", r.restoreVault},
		{"Keycloak comes back", r.restoreKeycloak},
		{"nobody has anything to say", r.whole},
	} {
		if !t.Run(step.name, func(t *testing.T) {
			s.t = t
			step.do(t)
		}) {
			return // the rest would only repeat it
		}
	}
	r.page.complete(t)
}

// restoration is a site and what was put into it that no program makes again.
type restoration struct {
	*site
	page    *restorePage
	ada     person
	systems map[string]system
}

const (
	wroteByHand = "kv/data/experiments/one"
	fromHand    = "made-by-hand"
)

// fill adds what, like people in Keycloak, only a backup brings back: a secret in Vault, an object
// in Kubernetes.
func (r *restoration) fill(t *testing.T) {
	v := newVaultClient(r.site)
	_, err := v.cluster().CoreV1().ServiceAccounts("ml").Create(t.Context(), &corev1.ServiceAccount{
		ObjectMeta: metav1.ObjectMeta{Name: "trainer"}}, metav1.CreateOptions{})
	require.NoError(t, err)
	code, body := v.call(t, r.trainer(t, v), http.MethodPost, wroteByHand, map[string]any{"data": map[string]string{"score": "0.93"}})
	require.Equal(t, http.StatusOK, code, body)
	r.kubectl("-n", "default", "create", "configmap", fromHand, "--from-literal=a=b")
	require.Contains(t, r.kubectl("-n", "keycloak", "get", "pod", "keycloak-0", "-o",
		`jsonpath={.spec.containers[?(@.name=="keycloak")].volumeMounts[*].mountPath}`), "/tmp", "where the page has the export written")
}

// trainer logs in as the pods that train do.
func (r *restoration) trainer(t *testing.T, v vaultClient) string {
	return v.login(t, "experiments", v.jwt(t, v.cluster(), "ml", "trainer", "vault"))
}

// podToken is what the pod of the nightly snapshot shows to Vault.
func (r *restoration) podToken(t *testing.T) string {
	v := newVaultClient(r.site)
	return v.jwt(t, v.cluster(), "vault", "vault-snapshot", "vault")
}

func (r *restoration) file(name string) string { return filepath.Join(r.page.env["BACKUP"], name) }

func (r *restoration) save(t *testing.T) {
	r.page.ok(t, "Save the state")
	r.page.ok(t, "Save Vault")
	r.page.env["FILE"], r.page.env["ROLE"], r.page.env["TOKEN"] = r.file("nightly.snap"), "vault-snapshot", r.file("token")
	require.NoError(t, os.WriteFile(r.file("token"), []byte(r.podToken(t)), 0o600))
	out, err := r.page.bash(t, "sh "+filepath.Join(repo, "components", "vault", "save.sh"))
	require.NoError(t, err, "what the CronJob does: %s", out)
	require.NoError(t, errors.Join(os.Remove(r.file("nightly.snap")), os.Remove(r.file("token"))))
	require.Contains(t, r.page.ok(t, "Save etcd"), "TOTAL KEYS")
	require.Contains(t, r.page.ok(t, "PostgreSQL"), "streamforge-pg")
	r.page.ok(t, "Linstor") // after the snapshot of etcd, which does not know it
	r.kubectl("-n", "monitoring", "get", "volumesnapshot/before-upgrade", "pvc/grafana-restored")
}

// withoutState is `up` by somebody who does not know that the state is lost.
func (r *restoration) withoutState(t *testing.T) {
	before := r.machines()
	state := filepath.Join(r.sb.Dir(), "state")
	require.NoError(t, os.RemoveAll(state))
	require.NoError(t, os.Mkdir(state, 0o700))
	got := r.run("up", "-s", "sandbox", "--yes")
	require.Equal(t, 1, got.code, got.out)
	require.Contains(t, got.out, "pool 'k8s' already exists")
	require.Equal(t, before, r.machines())
}

// pack saves what is saved of a stopped server here, packs it all, and loses everything but the state.
func (r *restoration) pack(t *testing.T) {
	r.ok("sandbox", "stop")
	r.page.ok(t, "Save Keycloak")
	r.guarded(t)
	r.page.ok(t, "Pack")
	for _, lost := range []string{"etcd", "vault/raft", "keycloak/data"} {
		require.NoError(t, os.RemoveAll(filepath.Join(r.sb.Dir(), lost)))
	}
	r.page.cut(t, r.page.env["ARCHIVE"], func() {
		out, err := r.page.run(t, "Unpack", 0)
		require.Error(t, err, out)
		left, err := os.ReadDir(r.page.env["BACKUP"])
		require.NoError(t, err)
		require.Empty(t, left, "of a damaged archive nothing is used")
	})
	r.page.ok(t, "Unpack")
}

// guarded expects what the page says about who can read what.
func (r *restoration) guarded(t *testing.T) {
	secret := r.systems["grafana"].ClientSecret
	for name, clear := range map[string]bool{"state.json": false, "vault.snap": false, "etcd.db": true, "keycloak.json": true} {
		info, err := os.Stat(r.file(name))
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), name)
		raw, err := os.ReadFile(r.file(name))
		require.NoError(t, err)
		if name != "etcd.db" { // the sandbox's API server does not encrypt, Kubespray's does
			assert.True(t, clear == bytes.Contains(raw, []byte(secret)), "whether %s holds secrets in clear", name)
		}
	}
}
